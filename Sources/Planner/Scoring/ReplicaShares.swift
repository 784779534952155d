internal import GLPKSolver
internal import LinearModel

/// The part of an expert's tokens that a rank computes.
struct ExpertShare: Sendable {
  let rank: Int
  let share: Double
}

extension PlacementProblem {
  /// The share of each copy of each expert of a layer under an even or static split.
  ///
  /// - Parameter holders: The ranks of each expert's copies, in slot order.
  func shares(of holders: [[Int]]) -> [[ExpertShare]] {
    holders.map { ranks in
      guard replicaSplit == .static, ranks.count > 1 else {
        return ranks.map { ExpertShare(rank: $0, share: 1 / Double(ranks.count)) }
      }
      return staticShares(of: ranks)
    }
  }

  /// Every source rank sends as many tokens, each to one copy: its own, one in its node, or any.
  private func staticShares(of ranks: [Int]) -> [ExpertShare] {
    var counts = Array(repeating: 0, count: ranks.count)
    for source in 0..<self.ranks {
      counts[staticChoice(of: source, among: ranks)] += 1
    }
    return zip(ranks, counts).map {
      ExpertShare(rank: $0, share: Double($1) / Double(self.ranks))
    }
  }

  private func staticChoice(of source: Int, among ranks: [Int]) -> Int {
    if let own = ranks.firstIndex(of: source) { return own }
    let near = ranks.indices.filter {
      node(ofRank: ranks[$0]) == node(ofRank: source)
    }
    return near.isEmpty ? source % ranks.count : near[source % near.count]
  }

  /// The largest rank load of one sample under the problem's split.
  ///
  /// - Complexity: A linear program a call for `leastLoaded` where an expert has copies.
  func largestLoad(of row: [Double], holders: [[Int]]) throws(PlacementError) -> Double {
    if replicaSplit == .leastLoaded, holders.contains(where: { $0.count > 1 }) {
      return try leastLoadedMaximum(of: row, holders: holders)
    }
    var loads = Array(repeating: 0.0, count: ranks)
    for (expert, shares) in shares(of: holders).enumerated() {
      for share in shares { loads[share.rank] += row[expert] * share.share }
    }
    return loads.enumerated().reduce(0) { max($0, $1.element * slowdown(ofRank: $1.offset)) }
  }

  /// Divides the tokens of replicated experts so that the slowest rank finishes first:
  /// minimise z with every rank's fixed load plus its shares, times its slowdown, at most z.
  private func leastLoadedMaximum(
    of row: [Double], holders: [[Int]]
  ) throws(PlacementError) -> Double {
    let total = row.reduce(0, +)
    guard total > 0 else { return 0 }
    let scale = Double(ranks) / total
    var model = LinearModel(name: "dispatch")
    let busiest = model.variable("busiest")
    var loads = Array(repeating: LinearExpression(), count: ranks)
    for (expert, ranks) in holders.enumerated() {
      let tokens = row[expert] * scale
      if ranks.count == 1 { loads[ranks[0]].constant += tokens }
      guard ranks.count > 1, tokens > 0 else { continue }
      let shares = ranks.map { model.variable("expert \(expert) on rank \($0)") }
      model.require("tokens of expert \(expert)", sum(shares) { $0 } == tokens)
      for (rank, share) in zip(ranks, shares) {
        loads[rank].terms.append(.init(variable: share, coefficient: 1))
      }
    }
    for (rank, load) in loads.enumerated() {
      model.require("load of rank \(rank)", slowdown(ofRank: rank) * load <= busiest)
    }
    model.minimize(busiest)
    do {
      return try GLPKSolver().solve(model).objective / scale
    } catch {
      throw PlacementError(
        .solverFailed, at: "replica_split", error.description, remedy: "use the even split")
    }
  }
}

extension LinearExpression.Term {
  init(variable: Variable, coefficient: Double) {
    self = (coefficient * variable).terms[0]
  }
}
