/// Solves placement problems with any of the catalogue's methods.
public enum PlacementPlanner {
  /// A placement by the named method with a certificate that the scoring function backs.
  ///
  /// - Parameters:
  ///   - method: A name of ``PlacementMethodCatalog``.
  ///   - onProgress: Called on the calling thread, some ten times a second at most.
  ///   - shouldStop: Asked on the calling thread; once `true`, the best plan so far is returned.
  /// - Throws: ``PlacementError`` if the problem is bad or the method cannot handle it.
  public static func solve(
    _ problem: PlacementProblem, method: String = "ilp",
    options: PlannerOptions = PlannerOptions(),
    onProgress: @escaping (PlanProgress) -> Void = { _ in },
    shouldStop: @escaping () -> Bool = { false }
  ) throws(PlacementError) -> PlannedPlacement {
    try problem.validate()
    var run = PlanningRun(options, onProgress: onProgress, shouldStop: shouldStop)
    let placer = try PlacementMethodCatalog.method(named: method)
    let result = try placer.place(problem, &run)
    let score = try problem.score(result.slots)
    guard score.feasible else { throw infeasible(score, method) }
    var bounds = LowerBounds(problem).layers
    for (layer, bound) in result.layerBounds.enumerated() {
      bounds[layer] = max(bounds[layer], bound)
    }
    let certificate = PlacementCertificate(
      method: method, stoppedEarly: run.limited, proven: result.proven, score: score,
      bounds: bounds, totalBound: result.totalBound, wallSeconds: run.seconds)
    return PlannedPlacement(slots: result.slots, certificate: certificate)
  }

  private static func infeasible(_ score: PlacementScore, _ method: String) -> PlacementError {
    let first = score.violations.first
    return PlacementError(
      .unsupported, at: first?.place ?? "placement",
      "method '\(method)' breaks a rule: \(first?.problem ?? "unknown")",
      remedy: "use 'ilp', which knows all of the problem's rules")
  }
}
