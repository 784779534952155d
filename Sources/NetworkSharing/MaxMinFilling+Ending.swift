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
    for round in cut..<component.rounds {
      endMembers(component, round, through: limit, at: time, report)
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
    for link in component.links {
      links[link].free = capacities[link]
      links[link].open = links[link].flows
    }
    for round in 0..<count {
      let share = rounds(of: component)[round].share
      for group in members(component, round) { take(share, Int(group)) }
    }
  }

  /// Brings what the groups of `round` have left up to `time`, and opens them.
  private func unsettle(
    _ component: SharingComponent, _ round: Int, at time: Double, givingBack: Bool
  ) {
    let share = rounds(of: component)[round].share
    let served = share * (time - rounds(of: component)[round].since)
    for group in members(component, round) {
      groups[Int(group)].left -= served
      groups[Int(group)].isSettled = false
      if givingBack { give(share, Int(group)) }
    }
  }

  @inline(__always)
  private func take(_ share: Double, _ group: Int) {
    let weight = Double(groups[group].weight)
    if groups[group].second >= 0 {
      takeFromBoth(groups[group], share * weight, weight)
    } else {
      takeFromAll(group, share * weight, weight)
    }
  }

  @inline(__always)
  private func give(_ share: Double, _ group: Int) {
    let weight = Double(groups[group].weight)
    if groups[group].second >= 0 {
      takeFromBoth(groups[group], -share * weight, -weight)
    } else {
      takeFromAll(group, -share * weight, -weight)
    }
  }

  /// Ends the members of the opened groups of `round` that are done by `limit`.
  private func endMembers(
    _ component: SharingComponent, _ round: Int, through limit: Double, at time: Double,
    _ report: (Int32, Double) -> Void
  ) {
    let share = rounds(of: component)[round].share
    let reach = share * (limit - time)
    for group in members(component, round) where groups[Int(group)].left <= reach {
      endMembers(of: Int(group), reach: reach, share, at: time, report)
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
