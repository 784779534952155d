import Domain

extension CopyDispatch {
  /// Sends every copy to the nearest holders of its expert: the source itself, else evenly to those of
  /// its node, else evenly to all.
  ///
  /// Source: Hecate (arXiv 2502.02581), topology-aware dispatch. The split does not look at loads.
  ///
  /// - Parameters:
  ///   - counts: token copies `[sources × experts]` of one group.
  ///   - holders: ranks of the group that hold each expert.
  /// - Complexity: O(*ranks* × *experts* + copies of experts × *ranks*).
  init(
    counts: ArraySlice<Int32>, nearestOf holders: [[Int]], routes: WeightRoutes, ranks: Int,
    keepsSegments: Bool = false
  ) {
    self.init(ranks: ranks, experts: holders.count, keepsSegments: keepsSegments)
    for source in 0..<ranks {
      let node = routes.node(of: source)
      let row = counts.startIndex + source * holders.count
      for (expert, all) in holders.enumerated() where counts[row + expert] > 0 {
        let count = Int(counts[row + expert])
        if all.count == 1 || all.contains(source) {
          add(count, of: expert, from: source, to: all.count == 1 ? all[0] : source)
          continue
        }
        let near = all.filter { routes.node(of: $0) == node }
        addEvenly(count, of: expert, from: source, over: near.isEmpty ? all : near)
      }
      endSource()
    }
  }

  /// Deals copies to `ranks` in turn; the remainder starts at another rank for every source and
  /// expert, so that none is favoured.
  private mutating func addEvenly(
    _ count: Int, of expert: Int, from source: Int, over ranks: [Int]
  ) {
    let (share, rest) = count.quotientAndRemainder(dividingBy: ranks.count)
    for (index, rank) in ranks.enumerated() {
      let part = share + ((index + source + expert) % ranks.count < rest ? 1 : 0)
      if part > 0 { add(part, of: expert, from: source, to: rank) }
    }
  }
}
