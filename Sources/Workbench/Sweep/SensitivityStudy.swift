import Domain
import Quantities
public import Results
public import Scenarios

/// What if the load, the skew, the network or the machine were another: a scenario varied along one
/// parameter at a time.
public struct SensitivityStudy: Sendable {
  /// One parameter and its values around the scenario's own.
  struct Parameter: Sendable {
    let name: String
    let unit: String
    let path: String
    let scenarioValue: Double
    let isLogarithmic: Bool
    /// What the scenario would say, and the number on the chart.
    let values: [(text: String, number: Double)]
  }

  private let scenario: Scenario
  /// Steps at every value: enough for an interval, few enough for some twenty values.
  private static let mostSteps = 100

  public init(_ scenario: Scenario) { self.scenario = scenario }

  /// Runs every value of every parameter, side by side.
  ///
  /// - Returns: one entry for each parameter with at least two values that could be run; nil where the
  ///   run was stopped.
  public func run(
    baseline: String?, version: String, onProgress: @Sendable (RunProgress) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(WorkbenchError) -> [SensitivityResult]? {
    var results: [SensitivityResult] = []
    let parameters = parameters
    let total = parameters.reduce(0) { $0 + $1.values.count }
    var done = 0
    for parameter in parameters {
      let runs = sideBySide(parameter.values.count) { index in
        shouldStop()
          ? nil
          : result(
            of: parameter, at: index, baseline: baseline, version: version, shouldStop: shouldStop)
      }
      guard !shouldStop() else { return nil }
      done += parameter.values.count
      onProgress(RunProgress(done: done, total: total))
      let known = parameter.values.indices.compactMap { index in
        runs[index].map { (value: parameter.values[index].number, result: $0) }
      }
      if known.count > 1 { results.append(sensitivity(parameter, known)) }
    }
    return results
  }

  private func result(
    of parameter: Parameter, at index: Int, baseline: String?, version: String,
    shouldStop: @Sendable () -> Bool
  ) -> ComparisonResult? {
    let override = ScenarioOverride(parameter.path, .init(parameter.values[index].text))
    guard var variant = try? ScenarioVariant(scenario, [override]).scenario() else { return nil }
    variant.simulation.precision = nil
    variant.simulation.meanPrecision = nil
    variant.workload.steps = min(variant.workload.steps, Self.mostSteps)
    return try? ScenarioRun(variant).compare(
      baseline: baseline, version: version, looksCloser: false, shouldStop: shouldStop)
  }

  private func sensitivity(
    _ parameter: Parameter, _ known: [(value: Double, result: ComparisonResult)]
  ) -> SensitivityResult {
    let names = known[0].result.cells.map(\.name)
    let points = names.flatMap { name in
      known.compactMap { value, result -> SensitivityResult.Point? in
        guard let cell = result.cells.first(where: { $0.name == name }),
          let seconds = cell.stepTime.meanSeconds, let speedup = cell.speedup.mean
        else { return nil }
        return SensitivityResult.Point(
          cell: name, value: value, meanSeconds: seconds, speedup: speedup,
          confidence95: cell.speedup.confidence95)
      }
    }
    let crossings = Crossings(
      values: known.map(\.value), isLogarithmic: parameter.isLogarithmic,
      winners: known.map(\.result.verdict.winners), best: known.map(\.result.verdict.best),
      seconds: known.map { entry in
        Dictionary(
          entry.result.cells.compactMap { cell in
            cell.stepTime.meanSeconds.map { (cell.name, $0) }
          }, uniquingKeysWith: { first, _ in first })
      })
    return SensitivityResult(
      parameter: parameter.name, unit: parameter.unit, scenarioValue: parameter.scenarioValue,
      isLogarithmic: parameter.isLogarithmic, points: points, crossings: crossings.found)
  }
}

extension SensitivityStudy {
  /// Skew, batch, bandwidth and ranks, as far as the scenario has them.
  var parameters: [Parameter] { [skew, batch, bandwidth, ranks].compactMap { $0 } }

  private var skew: Parameter? {
    let options = [
      ("zipf", "exponent"), ("powerLaw", "exponent"), ("dirichlet", "concentration"),
      ("hotExperts", "fraction"),
    ]
    guard let option = options.first(where: { $0.0 == scenario.routing.kind })?.1,
      let own = scenario.routing.number(option), own > 0
    else { return nil }
    let isFraction = option == "fraction"
    let values = [0.25, 0.5, 1, 1.5, 2].map { own * $0 }.filter { !isFraction || $0 <= 1 }
    return Parameter(
      name: "skew (\(scenario.routing.kind) \(option))", unit: "",
      path: "routing.\(scenario.routing.kind).\(option)", scenarioValue: own,
      isLogarithmic: false, values: values.map { (Self.plain($0), $0) })
  }

  private var batch: Parameter? {
    let own = scenario.workload.tokensPerRank
    let values = [own / 4, own / 2, own, own * 2, own * 4].filter { $0 >= 1 }
    return Parameter(
      name: "tokens per rank", unit: "", path: "workload.tokensPerRank",
      scenarioValue: Double(own), isLogarithmic: true, values: values.map { ("\($0)", Double($0)) })
  }

  /// Between nodes where there are several, else inside the node.
  private var bandwidth: Parameter? {
    let isBetween = scenario.cluster.nodes > 1
    let link = isBetween ? scenario.cluster.interNode : scenario.cluster.intraNode
    let own = link.bandwidth.bytesPerSecond
    return Parameter(
      name: isBetween ? "bandwidth between nodes" : "bandwidth inside nodes", unit: "GB/s",
      path: isBetween ? "cluster.interNode.bandwidth" : "cluster.intraNode.bandwidth",
      scenarioValue: own / 1e9, isLogarithmic: true,
      values: [0.25, 0.5, 1, 2, 4].map { factor in
        (QuantityFormat.fixed(own * factor, decimals: 0) + " B/s", own * factor / 1e9)
      })
  }

  private var ranks: Parameter? {
    let nodes = scenario.cluster.nodes
    let perNode = scenario.cluster.acceleratorsPerNode
    let values = (nodes % 2 == 0 ? [nodes / 2] : []) + [nodes, nodes * 2, nodes * 4]
    return Parameter(
      name: "ranks", unit: "", path: "cluster.nodes", scenarioValue: Double(nodes * perNode),
      isLogarithmic: true, values: values.map { ("\($0)", Double($0 * perNode)) })
  }

  private static func plain(_ value: Double) -> String { QuantityFormat.fixed(value, decimals: 6) }
}
