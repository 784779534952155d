import Testing

@testable import Strategies

@Suite struct BalancerTests {
  /// Loads 8, 6 | 1, 3: swapping 8 and 3 leaves 9 and 9; no other swap does better.
  @Test func swapsTheBestPair() {
    let placed = SwapBalancer(limit: 4).arrange([8, 6, 1, 3], current: [[0, 1], [2, 3]])
    #expect(placed == [[3, 1], [2, 0]])
    #expect(
      SwapBalancer(limit: 0).arrange([8, 6, 1, 3], current: [[0, 1], [2, 3]]) == [[0, 1], [2, 3]])
  }

  /// Loads 12 | 2 | 1 with a free slot each. A copy of expert 0 on rank 2 leaves 6, 2, 7; then rank 2
  /// is busiest, and its heaviest expert gets a copy on rank 1: 4, 6, 5; then rank 1 can only share
  /// its own expert, with rank 0: 5, 5, 5.
  @Test func expandsTheBusiestExpert() {
    let placed = ReplicaBalancer(slotsPerRank: 2, threshold: 1).arrange(
      [12, 2, 1], current: [[0], [1], [2]])
    #expect(placed == [[0, 1], [1, 0], [2, 0]])
  }

  /// Expert 1 has become idle and gives its copy's slot up.
  @Test func shrinksIdleExperts() {
    let placed = ReplicaBalancer(slotsPerRank: 2, threshold: 1.1).arrange(
      [20, 0, 2], current: [[0, 1], [2, 1]])
    #expect(placed == [[0, 1], [2, 0]])
  }

  /// Every expert stays somewhere, no rank holds one twice or too many, and the busiest rank never
  /// gains load; swapping keeps the number of experts of every rank.
  @Test(arguments: 0..<200) func keepsEveryExpert(seed: Int) {
    var numbers = SeededNumbers(seed: seed)
    let ranks = Int.random(in: 1...6, using: &numbers)
    let slots = Int.random(in: 1...4, using: &numbers)
    let current = (0..<ranks).map { rank in (0..<slots).map { rank * slots + $0 } }
    let loads = (0..<(ranks * slots)).map { _ in Int.random(in: 0...100, using: &numbers) }
    let balancers: [(any ExpertBalancer, Int)] = [
      (SwapBalancer(limit: 8), slots),
      (ReplicaBalancer(slotsPerRank: slots + 1, threshold: 1), slots + 1),
      (HierarchicalBalancer(groups: 1, nodes: 1, slotsPerRank: slots), slots),
      (HierarchicalBalancer(groups: 1, nodes: 1, slotsPerRank: slots + 1), slots + 1),
    ]
    let before = EvenShares(loads, placed: current).largest
    for (index, (balancer, most)) in balancers.enumerated() {
      let placed = balancer.arrange(loads, current: current)
      #expect(Set(placed.joined()) == Set(loads.indices))
      #expect(placed.allSatisfy { Set($0).count == $0.count && $0.count <= most })
      if index < 2 { #expect(EvenShares(loads, placed: placed).largest <= before + 1e-9) }
      if index == 0 { #expect(placed.allSatisfy { $0.count == slots }) }
    }
  }
}
