private import RealModule

/// How many distinct places the experts of a token lie in, expected over random choices.
public enum Destinations {
  /// The expected number of distinct groups that `chosen` of `experts` touch when the experts are
  /// split evenly over `groups`.
  ///
  /// A group is missed when all choices fall among the others: C(E − E/G, k) / C(E, k).
  /// - Complexity: O(chosen).
  public static func distinct(groups: Int, experts: Int, chosen: Int) -> Double {
    guard groups > 1, experts > 0, chosen > 0 else { return chosen > 0 ? 1 : 0 }
    let inside = Double(experts) / Double(groups)
    var missed = 1.0
    for index in 0..<chosen {
      let left = Double(experts) - inside - Double(index)
      missed *= Swift.max(0, left) / Swift.max(1, Double(experts - index))
    }
    return Double(groups) * (1 - missed)
  }

  /// The same over nodes when a token may use experts of at most `limit` nodes.
  public static func distinctNodes(nodes: Int, limit: Int, experts: Int, chosen: Int) -> Double {
    let usable = Swift.min(nodes, Swift.max(limit, 1))
    guard usable < nodes else {
      return distinct(groups: nodes, experts: experts, chosen: chosen)
    }
    return distinct(groups: usable, experts: experts * usable / nodes, chosen: chosen)
  }
}
