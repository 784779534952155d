import ArgumentParser
import Foundation
import Quantities
import Results
import Workbench

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say what changed between two results or two placements, and whether it matters.",
    discussion: """
      Examples:
        shunt diff before.json after.json
        shunt diff before.json after.json --tolerance '2 %'     # exit 10 beyond it
        shunt diff current.json planned.json --cluster dgx-h100

      Two placement files are compared by the expert copies that have to move: how many, over which
      links, and how long that takes. The cluster may be a scenario; its model then says how large an
      expert is.

      Of two results, a cell counts as changed where chance does not explain it (p < 0.05, corrected for the number
      of cells). The exit code is 10 where a cell became slower by more than the tolerance.
      """)

  @Argument(
    help: "The earlier result or placement.", completion: .file(extensions: ["json"]))
  var first: String

  @Argument(help: "The later result or placement.", completion: .file(extensions: ["json"]))
  var second: String

  @Option(help: "The slow-down that is accepted, such as '2 %'.")
  var tolerance = "0 %"

  @Option(
    help: "For placements: a node shape of the catalogue, or a file with a 'cluster:' mapping.",
    completion: .file())
  var cluster: String?

  @Option(
    help: "For placements: one expert's weights, such as '44 MB'; by default those of the model.")
  var expertSize: String?

  @Option(help: "text or json.")
  var format = CheckCommand.Format.text

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    if PlacementDiff.isPlacement(first) || PlacementDiff.isPlacement(second) {
      return try comparePlacements(console)
    }
    let diff = ResultDiff(
      try console.loadResult(first), try console.loadResult(second),
      tolerance: try acceptedSlowdown())
    if format == .json {
      console.print(String(decoding: try diff.json(), as: UTF8.self))
    } else {
      for cell in diff.cells { console.print(text(of: cell)) }
      console.print(verdict(diff))
    }
    if !diff.regressions.isEmpty { throw ExitStatus.thresholdMissed }
  }

  private func comparePlacements(_ console: Console) throws {
    let bytes = try expertBytes()
    let migration = try console.reporting {
      try PlacementDiff.migration(
        from: first, to: second, cluster: cluster, expertBytes: bytes)
    }
    if format == .json {
      console.print(String(decoding: try migration.json(), as: UTF8.self))
      return
    }
    let text = MigrationText(migration: migration)
    for line in text.summary { console.print(line) }
    for line in text.layers(limit: common.verbose ? .max : 4) { console.print(line) }
  }

  private func expertBytes() throws -> Double? {
    do {
      let bytes = try expertSize.map { try QuantityParser.parse($0, as: .data) }
      if let bytes, !(bytes > 0 && bytes <= 1e15) {
        throw ValidationError("--expert-size lies between 0 and 1000 TB")
      }
      return bytes
    } catch let error as QuantityError {
      throw ValidationError("--expert-size: \(error.message)")
    }
  }

  private func acceptedSlowdown() throws -> Double {
    do {
      let share = try QuantityParser.parse(tolerance, as: .fraction)
      guard share >= 0 else { throw ValidationError("--tolerance is 0 % or more") }
      return share
    } catch let error as QuantityError {
      throw ValidationError("--tolerance: \(error.message)")
    }
  }

  private func text(of cell: ResultDiff.Cell) -> String {
    let name = cell.cell.padding(
      toLength: max(24, cell.cell.count), withPad: " ", startingAt: 0)
    switch cell.change {
    case .onlyInFirst: return "  \(name)  only in \(first)"
    case .onlyInSecond: return "  \(name)  only in \(second)"
    case .slower, .faster, .same: break
    }
    let before = cell.firstMeanSeconds.map(QuantityFormat.seconds) ?? "n/a"
    let after = cell.secondMeanSeconds.map(QuantityFormat.seconds) ?? "n/a"
    let change = cell.relativeDifference.map { Self.signed($0) } ?? "n/a"
    let interval =
      cell.confidence95.map { " (95 % interval \(Self.signed($0[0])) to \(Self.signed($0[1])))" }
      ?? ""
    return "  \(name)  \(before) → \(after)  \(change)\(interval)  \(cell.change.rawValue)"
  }

  private func verdict(_ diff: ResultDiff) -> String {
    let slower = diff.regressions.map(\.cell)
    guard slower.isEmpty else {
      return "  slower beyond \(tolerance): \(slower.joined(separator: ", "))"
    }
    let changed = diff.cells.filter { $0.change == .faster || $0.change == .slower }
    return changed.isEmpty
      ? "  no difference that chance does not explain" : "  no cell is slower beyond \(tolerance)"
  }

  private static func signed(_ share: Double) -> String {
    (share >= 0 ? "+" : "") + QuantityFormat.fixed(share * 100, decimals: 2) + " %"
  }
}
