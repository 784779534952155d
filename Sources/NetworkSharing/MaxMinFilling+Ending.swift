extension MaxMinFilling {
  /// Ends the flows of `component` that are done by `limit`, and fills again from `time` on.
  ///
  /// - Parameter report: Given the flow and the instant in seconds at which it is done.
  func end(
    _ component: inout SharingComponent, through limit: Double, at time: Double,
    _ report: (Int32, Double) -> Void
  ) {
    let rounds = rounds(of: component)
    var cut = component.rounds
    while cut > 0 && rounds[cut - 1].finish <= limit { cut = Int(rounds[cut - 1].earliest) }
    guard cut < component.rounds else { return }
    // Shares that ought to be equal may differ in the last bits; all of them have to be undone.
    let lowest = rounds[cut].share * (1 - 1e-9)
    while cut > 0 && rounds[cut - 1].share >= lowest { cut -= 1 }
    let first = groups(of: component, before: cut)
    let isShort = groups(of: component, before: component.rounds) - first < first
    if !isShort { openAll(component, keeping: cut) }
    for round in cut..<component.rounds {
      unsettle(component, round, at: time, givingBack: isShort)
    }
    for round in cut..<component.rounds where rounds[round].ownFinish <= limit {
      endMembers(&component, round, through: limit, at: time, report)
    }
    component.rounds = cut
    fill(&component, at: time)
  }

  /// How many groups the first `round` rounds have settled.
  private func groups(of component: SharingComponent, before round: Int) -> Int {
    round > 0 ? Int(rounds(of: component)[round - 1].end) : 0
  }

  /// The groups of one round.
  private func members(
    _ component: SharingComponent, _ round: Int
  ) -> UnsafeMutableBufferPointer<Int32> {
    let base = component.groups.lowerBound
    let start = base + groups(of: component, before: round)
    let end = base + groups(of: component, before: round + 1)
    return UnsafeMutableBufferPointer(rebasing: order[start..<end])
  }

  /// Opens all links and settles the first `count` rounds again, which a long undoing costs more
  /// than; rounding errors that have gathered are gone as well.
  private func openAll(_ component: SharingComponent, keeping count: Int) {
    let (groups, links) = (groups, links)
    for link in component.links {
      links[link].free = capacities[link]
      links[link].open = links[link].flows
    }
    for round in 0..<count {
      let share = rounds(of: component)[round].share
      for number in members(component, round) {
        let group = groups[Int(number)]
        let weight = Double(group.weight)
        guard group.second >= 0 else {
          takeFromAll(Int(number), share * weight, weight)
          continue
        }
        links[Int(group.first)].free -= share * weight
        links[Int(group.first)].open -= weight
        links[Int(group.second)].free -= share * weight
        links[Int(group.second)].open -= weight
      }
    }
  }

  /// Brings what the groups of `round` have left up to `time`, and opens them.
  private func unsettle(
    _ component: SharingComponent, _ round: Int, at time: Double, givingBack: Bool
  ) {
    let (groups, links) = (groups, links)
    let share = rounds(of: component)[round].share
    let served = share * (time - rounds(of: component)[round].since)
    for number in members(component, round) {
      let group = groups[Int(number)]
      groups[Int(number)].left = group.left - served
      groups[Int(number)].isSettled = false
      guard givingBack else { continue }
      let weight = Double(group.weight)
      guard group.second >= 0 else {
        takeFromAll(Int(number), -share * weight, -weight)
        continue
      }
      links[Int(group.first)].free += share * weight
      links[Int(group.first)].open += weight
      links[Int(group.second)].free += share * weight
      links[Int(group.second)].open += weight
    }
  }

  /// Ends the members of the opened groups of `round` that are done by `limit`.
  private func endMembers(
    _ component: inout SharingComponent, _ round: Int, through limit: Double, at time: Double,
    _ report: (Int32, Double) -> Void
  ) {
    let share = rounds(of: component)[round].share
    let reach = share * (limit - time)
    for group in members(component, round) where groups[Int(group)].left <= reach {
      endMembers(of: Int(group), reach: reach, share, at: time, report)
      if groups[Int(group)].weight == 0 { component.liveGroups -= 1 }
    }
  }

  private func endMembers(
    of group: Int, reach: Double, _ share: Double, at time: Double,
    _ report: (Int32, Double) -> Void
  ) {
    let (start, end) = (Int(lists[group].head), Int(lists[group].end))
    let done = groups[group].left - targets[start]
    var member = start
    while member < end && done + targets[member] <= reach {
      report(slots[member], time + max(0, done + targets[member]) / share)
      member += 1
    }
    // The difference of two targets may round the other way than what is left.
    if member == start {
      report(slots[member], time + max(0, groups[group].left) / share)
      member += 1
    }
    lists[group].head = Int32(member)
    groups[group].weight -= Int32(member - start)
    if member < end { groups[group].left = done + targets[member] }
    let ended = Double(member - start)
    for index in Int(lists[group].firstLink)..<Int(lists[group + 1].firstLink) {
      links[Int(groupLinks[index])].open -= ended
      links[Int(groupLinks[index])].flows -= ended
    }
  }
}
