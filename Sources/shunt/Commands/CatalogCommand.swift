import ArgumentParser
import Catalog
import Domain
import Foundation
import Quantities
import Workbench

struct CatalogCommand: ParsableCommand {
  enum Table: String, ExpressibleByArgument, CaseIterable {
    case accelerators, links, nodes, models, profiles
  }

  static let configuration = CommandConfiguration(
    commandName: "catalog",
    abstract:
      "List the accelerators, links, nodes, models and routing profiles that scenarios can name.",
    discussion: """
      Examples:
        shunt catalog models
        shunt catalog accelerators --sources
      """)

  @Argument(help: "accelerators, links, nodes, models or profiles; all without one.")
  var table: Table?

  @Flag(help: "Show where each row was read and how far it can be trusted.")
  var sources = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    let catalog = Catalog.standard
    for table in table.map({ [$0] }) ?? Table.allCases {
      if self.table == nil { console.print("\n\(table.rawValue)") }
      switch table {
      case .accelerators: console.print(text(catalog.accelerators.map(row)))
      case .links: console.print(text(catalog.links.map(row)))
      case .nodes: console.print(text(catalog.nodes.map(row)))
      case .models: console.print(text(catalog.models.map(row)))
      case .profiles: console.print(text(ProfileList.rows(withSources: sources)))
      }
    }
  }

  private func row(_ entry: AcceleratorEntry) -> [String] {
    let accelerator = entry.accelerator
    return finish(
      entry,
      [
        QuantityFormat.bytes(accelerator.memoryCapacity.bytes),
        QuantityFormat.bandwidth(accelerator.memoryBandwidth.bytesPerSecond),
        "bf16 " + QuantityFormat.computeRate(accelerator.peak(for: .bf16).flopsPerSecond),
      ])
  }

  private func row(_ entry: LinkEntry) -> [String] {
    finish(entry, [QuantityFormat.bandwidth(entry.profile.bandwidth.bytesPerSecond)])
  }

  private func row(_ entry: NodeEntry) -> [String] {
    finish(
      entry,
      [
        "\(entry.acceleratorsPerNode) × \(entry.accelerator)",
        QuantityFormat.bandwidth(entry.intraNode.bandwidth.bytesPerSecond),
        QuantityFormat.bandwidth(entry.interNode.bandwidth.bytesPerSecond),
      ])
  }

  private func row(_ entry: ModelEntry) -> [String] {
    finish(
      entry,
      [
        "\(entry.model.layers.count) MoE layers", "\(entry.model.experts) experts",
        "top-\(entry.model.topK)", "hidden \(entry.model.hiddenSize)",
        "expert \(entry.model.expertIntermediateSize)", entry.model.weightFormat.rawValue,
      ])
  }

  private func finish(_ entry: some CatalogEntry, _ columns: [String]) -> [String] {
    [entry.id] + columns + (sources ? ["[\(entry.confidence.rawValue)] \(entry.source)"] : [])
  }

  /// Columns as wide as their widest cell.
  private func text(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return "  " + cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
