internal import Domain

/// Popularity as a load table counted it; a table of windows is followed in time.
struct LoadTraceRouting: PopularityLaw {
  let warnings: [String]
  private let stepsPerWindow: Int
  /// Shares, `[windows][model's layers][experts of the model]`.
  private let shares: [[[Double]]]
  /// Shares within every workload or domain of a mixture, `[domains][model's layers][experts]`.
  private var domainShares: [[[Double]]] = []
  private(set) var domainWeights: [Double] = []

  init(
    _ trace: LoadTrace, notes: [String], stepsPerWindow: Int, domains: [LoadTrace] = [],
    in context: RoutingContext
  ) throws(RoutingError) {
    let model = context.model
    // Domains that lack a layer cannot stand alone.
    let alike = domains.filter { $0.layers == trace.layers && $0.windows.count == 1 }
    guard trace.experts <= model.experts else {
      throw RoutingError(
        .modelMismatch, file: trace.file,
        "the trace has \(trace.experts) experts where the model has \(model.experts)",
        fix: "use a trace of this model, or a model with \(trace.experts) experts")
    }
    try Self.checkSpread(trace, topK: model.topK)
    let matching = LayerMatching(
      model: model.layers, trace: trace.layers, count: trace.layers.count, file: trace.file)
    self.stepsPerWindow = stepsPerWindow
    shares = trace.windows.map { window in
      matching.places.map { Self.shares(window[$0], experts: model.experts) }
    }
    if alike.count > 1 {
      domainShares = alike.map { domain in
        matching.places.map { Self.shares(domain.windows[0][$0], experts: model.experts) }
      }
      domainWeights = alike.map { $0.windows[0].reduce(0) { $0 + $1.reduce(0, +) } }
    }
    var warnings = notes + matching.warnings
    if trace.experts < model.experts {
      warnings.append(
        "\(trace.file): the trace has \(trace.experts) experts where the model has"
          + " \(model.experts); the others get no tokens")
    }
    let covered = trace.windows.count * stepsPerWindow
    if trace.windows.count > 1 && context.workload.steps > covered {
      warnings.append(
        "\(trace.file): \(trace.windows.count) windows cover \(covered) of"
          + " \(context.workload.steps) steps; they start again from the first")
    }
    self.warnings = warnings
  }

  var isStationary: Bool { shares.count == 1 }

  func popularity(at position: Int, step: Int) -> Popularity {
    Popularity(shares: shares[max(step, 0) / stepsPerWindow % shares.count][position])
  }

  func popularityByDomain(at position: Int, step: Int) -> [[Double]] {
    domainShares.map { $0[position] }
  }

  /// Counts as shares, with zeros for experts that the trace lacks.
  private static func shares(_ counts: [Double], experts: Int) -> [Double] {
    let sum = counts.reduce(0, +)
    return counts.map { $0 / sum } + [Double](repeating: 0, count: experts - counts.count)
  }

  /// A layer that uses fewer than *k* experts cannot have been routed by this model.
  private static func checkSpread(_ trace: LoadTrace, topK: Int) throws(RoutingError) {
    for window in trace.windows {
      for (number, counts) in zip(trace.layers, window) {
        let used = counts.count { $0 > 0 }
        guard used >= topK else {
          throw RoutingError(
            .modelMismatch, file: trace.file,
            "layer \(number) loads \(used) experts, but every token uses \(topK) different ones",
            fix: "use a trace of a model with at most \(used) experts a token")
        }
      }
    }
  }
}
