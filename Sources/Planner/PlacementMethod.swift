/// What a method hands back before its plan is scored.
struct MethodResult {
  var slots: PlacementSlots
  /// Lower bounds by layer that the method proved beyond the combinatorial ones; may be empty.
  var layerBounds: [Double] = []
  /// A lower bound of the whole objective, if the method proved one.
  var totalBound: Double?
  /// Whether the method knows that nothing better exists.
  var proven = false
}

/// A way to place experts; one file each, listed in ``PlacementMethodCatalog``.
protocol PlacementMethod: Sendable {
  /// The name in scenarios, commands and certificates.
  static var name: String { get }
  /// One line for help texts.
  static var summary: String { get }

  init()

  /// A placement of all layers.
  ///
  /// - Throws: ``PlacementError`` if the method cannot handle the problem.
  func place(
    _ problem: PlacementProblem, _ run: inout PlanningRun
  ) throws(PlacementError) -> MethodResult
}
