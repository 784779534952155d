import Domain

/// One routed layer as one expert-parallel group sees it.
struct LayerInGroup {
  /// Position of the layer in the step.
  let index: Int
  /// Token copies `[sources × experts]` of the group's ranks.
  let counts: ArraySlice<Int32>
  /// Ranks of the group that hold each expert, home first.
  let holders: [[Int]]

  init(_ layer: RoutedLayer, index: Int, group: Range<Int>, holders: [[Int]]) {
    self.index = index
    counts =
      layer.copies[
        (group.lowerBound * layer.experts)..<(group.upperBound * layer.experts)]
    self.holders = holders
  }

  init(index: Int, counts: ArraySlice<Int32>, holders: [[Int]]) {
    self.index = index
    self.counts = counts
    self.holders = holders
  }

  /// The copies of every expert over the group, `[experts]`.
  var loads: [Int] { CopyDispatch.loads(of: counts, experts: holders.count) }
}

extension StepContext {
  /// Refuses a step that does not fit the placement and the cluster.
  func check(_ step: RoutedStep) throws(StrategyError) {
    guard step.layers.count == placement.layers.count else {
      throw StrategyError(
        "the step has \(step.layers.count) layers and the placement \(placement.layers.count)")
    }
    for layer in step.layers {
      guard layer.sources == cluster.ranks, layer.experts == placement.experts else {
        throw StrategyError(
          """
          layer \(layer.layer) is routed from \(layer.sources) ranks to \(layer.experts) experts, \
          the placement has \(placement.experts) experts and the cluster \(cluster.ranks) ranks
          """)
      }
    }
  }

  /// Every layer of `step` in every group, as its number in the step, the group's number and itself.
  ///
  /// - Throws: ``StrategyError`` where step and context do not fit each other.
  func forEachLayer(
    of step: RoutedStep, _ body: (_ group: Int, LayerInGroup) -> Void
  ) throws(StrategyError) {
    try check(step)
    for (index, layer) in step.layers.enumerated() {
      let holders = placement.holders(layerAt: index)
      for (number, group) in groups.enumerated() {
        body(number, LayerInGroup(layer, index: index, group: group, holders: holders))
      }
    }
  }

  /// The loads of `step`, `[layers][groups][experts]`.
  ///
  /// - Throws: ``StrategyError`` where step and context do not fit each other.
  func loads(of step: RoutedStep) throws(StrategyError) -> [[[Int]]] {
    var loads = [[[Int]]](repeating: [], count: step.layers.count)
    try forEachLayer(of: step) { _, layer in loads[layer.index].append(layer.loads) }
    return loads
  }

  /// The number of the group that starts at `firstRank`.
  func number(of group: Range<Int>) -> Int { group.lowerBound / parallelism.expert }

  /// How weights get from node to node inside `group`.
  func routes(in group: Range<Int>) -> WeightRoutes {
    WeightRoutes(
      ranksPerNode: cluster.acceleratorsPerNode,
      firstRank: group.lowerBound % cluster.acceleratorsPerNode,
      ranksPerPort: max(1, cluster.fabric.acceleratorsPerNIC))
  }
}
