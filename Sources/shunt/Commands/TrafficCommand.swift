import ArgumentParser
import Foundation
import NetworkSharing
import Quantities
import Results
import Workbench

struct TrafficCommand: ParsableCommand {
  enum Network: String, ExpressibleByArgument, CaseIterable { case fluid, analytic }

  /// What `--format json` prints.
  private struct Report: Encodable {
    let schemaVersion = 1
    let makespanSeconds: Double
    let flows: Int
    let bottlenecks: [Bottleneck]
    let perRankFinishSeconds: [Double]
  }

  static let configuration = CommandConfiguration(
    commandName: "traffic",
    abstract: "Time one all-to-all given as a rank × rank matrix of bytes.",
    discussion: """
      Examples:
        shunt traffic matrix.csv --cluster hgx-h100-8
        shunt traffic matrix.csv --cluster cluster.yaml --tolerance '1 %' --format json
      """)

  @Argument(help: "CSV without a header: bytes from row to column.")
  var matrix: String

  @Option(help: "A node shape of the catalogue, or a YAML file with a 'cluster:' mapping.")
  var cluster: String

  @Option(help: "fluid (max-min fair sharing) or analytic (busiest link).")
  var network = Network.fluid

  @Option(help: "Error that the fluid network may make for speed, such as '1 %'; exact without.")
  var tolerance: String?

  @Option(help: "text or json.")
  var format = CheckCommand.Format.text

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    let report = try console.reporting {
      try TrafficRun(matrixFile: matrix, cluster: cluster).run(fidelity: fidelity())
    }
    switch format {
    case .json:
      let body = Report(
        makespanSeconds: report.makespanSeconds, flows: report.flows,
        bottlenecks: report.bottlenecks, perRankFinishSeconds: report.perRankFinishSeconds)
      console.print(String(decoding: try SortedJSON.encode(body), as: UTF8.self))
    case .text:
      console.print(
        "\(report.flows) flows take \(QuantityFormat.seconds(report.makespanSeconds))")
      for bottleneck in report.bottlenecks {
        let use = QuantityFormat.percent(bottleneck.utilization)
        console.print(
          "  \(bottleneck.link)  \(use)  \(QuantityFormat.bytes(bottleneck.bytes))")
      }
    }
  }

  private func fidelity() throws -> SharingFidelity {
    let share: Double
    do {
      share = try tolerance.map { try QuantityParser.parse($0, as: .fraction) } ?? 0
    } catch let error as QuantityError {
      throw ValidationError("--tolerance: \(error.message)")
    }
    guard share >= 0, share <= 0.5 else {
      throw ValidationError("--tolerance lies between 0 and 50 %")
    }
    return network == .analytic ? .analytic : .fluid(tolerance: share)
  }
}
