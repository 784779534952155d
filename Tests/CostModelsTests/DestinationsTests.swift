import CostModels
import Testing

@Suite struct DestinationsTests {
  /// Four experts in two groups, two chosen: a group is missed in 1 of 6 choices, so 2 · 5/6.
  @Test func twoOfFourExpertsInTwoGroups() {
    let distinct = Destinations.distinct(groups: 2, experts: 4, chosen: 2)
    #expect(abs(distinct - 5.0 / 3) < 1e-12)
  }

  @Test(arguments: [(8, 4, 3), (12, 3, 4), (6, 6, 2), (9, 3, 9)])
  func agreesWithCountingEveryChoice(experts: Int, groups: Int, chosen: Int) {
    let size = experts / groups
    var touched = 0
    var choices = 0
    for mask in 0..<(1 << experts) where mask.nonzeroBitCount == chosen {
      choices += 1
      let members = (0..<experts).filter { mask >> $0 & 1 == 1 }
      touched += Set(members.map { $0 / size }).count
    }
    let expected = Double(touched) / Double(choices)
    let distinct = Destinations.distinct(groups: groups, experts: experts, chosen: chosen)
    #expect(abs(distinct - expected) < 1e-9)
  }

  @Test func oneGroupIsAlwaysTouchedOnce() {
    #expect(Destinations.distinct(groups: 1, experts: 64, chosen: 8) == 1)
    #expect(Destinations.distinct(groups: 4, experts: 64, chosen: 0) == 0)
  }

  /// Sixteen experts on eight nodes, limited to two nodes: as four experts on two nodes.
  @Test func aLimitOfNodesNarrowsTheChoice() {
    let limited = Destinations.distinctNodes(nodes: 8, limit: 2, experts: 16, chosen: 2)
    #expect(abs(limited - 5.0 / 3) < 1e-12)
  }
}
