/// Progressive filling on one component of a ``SharingEpoch``: rates rise together until a link is
/// full; its flows are settled at that share, and filling goes on with the rest.
///
/// A link's share only rises while others are settled, so a heap of shares computed earlier finds
/// the smallest: what has risen meanwhile sinks back. Groups stay in the order in which they were
/// settled, that is by rising rate. When flows end, only groups settled at or above the lowest
/// ended rate can change, so filling restarts there (Bertsekas and Gallager, Data Networks, 6.5.2,
/// for the filling itself).
///
/// The pointers are those of the epoch's arrays, taken once for many operations.
struct MaxMinFilling {
  let groups: UnsafeMutableBufferPointer<FlowGroup>
  let links: UnsafeMutableBufferPointer<LinkState>
  let order: UnsafeMutableBufferPointer<SettledGroup>
  let shares: UnsafeMutableBufferPointer<LinkShare>
  let capacities: UnsafeBufferPointer<Double>
  let groupLinks: UnsafeBufferPointer<Int32>
  let linkGroupOffsets: UnsafeBufferPointer<Int32>
  let linkGroups: UnsafeBufferPointer<Int32>
  let targets: UnsafeBufferPointer<Double>
  let slots: UnsafeBufferPointer<Int32>

  /// Settles every group of `component` that is not settled, with rates that hold from `time` on.
  func fill(_ component: inout SharingComponent, at time: Double) {
    let settled = settledGroups(of: component)
    var level = component.settled > 0 ? rate(settled[component.settled - 1].group) : 0
    var heap = shareHeap(component.links)
    while let least = heap.least {
      let link = links[Int(least.link)]
      guard link.open > 0 else {
        heap.removeLeast()
        continue
      }
      let share = max(link.free / link.open, level)
      if share > least.share && heap.raiseLeast(to: share) { continue }
      level = share
      settle(groupsOf: Int(least.link), at: share, &component, time: time)
      heap.removeLeast()
    }
    component.nextFinish = component.settled > 0 ? settled[component.settled - 1].finish : .infinity
  }

  private func settledGroups(
    of component: SharingComponent
  ) -> UnsafeMutableBufferPointer<SettledGroup> {
    UnsafeMutableBufferPointer(rebasing: order[component.groups])
  }

  private func rate(_ group: Int32) -> Double { groups[Int(group)].rate }

  private func shareHeap(_ range: Range<Int>) -> ShareHeap {
    var heap = ShareHeap(items: UnsafeMutableBufferPointer(rebasing: shares[range]))
    for link in range where links[link].open > 0 {
      heap.append(LinkShare(share: links[link].free / links[link].open, link: Int32(link)))
    }
    heap.order()
    return heap
  }

  @inline(__always)
  private func settle(
    groupsOf link: Int, at share: Double, _ component: inout SharingComponent, time: Double
  ) {
    let settled = settledGroups(of: component)
    for index in Int(linkGroupOffsets[link])..<Int(linkGroupOffsets[link + 1]) {
      let group = Int(linkGroups[index])
      guard !groups[group].isSettled else { continue }
      groups[group].isSettled = true
      let weight = groups[group].weight
      take(share * weight, by: weight, group)
      if groups[group].rate != share { setRate(of: group, to: share, at: time) }
      append(group, at: component.settled, settled)
      component.settled += 1
    }
  }

  /// Takes `bytes` a second for `flows` flows from every link of `group`.
  @inline(__always)
  private func take(_ bytes: Double, by flows: Double, _ group: Int) {
    for index in Int(groups[group].firstLink)..<Int(groups[group + 1].firstLink) {
      let link = Int(groupLinks[index])
      links[link].free -= bytes
      links[link].open -= flows
    }
  }

  @inline(__always)
  private func setRate(of group: Int, to rate: Double, at time: Double) {
    let served = groups[group].served + groups[group].rate * (time - groups[group].since)
    groups[group].served = served
    groups[group].since = time
    groups[group].rate = rate
    let left = targets[Int(groups[group].head)] - served
    groups[group].finish = left > 0 ? time + left / rate : time
  }

  /// Notes `group` as settled after `position` others, with the earliest finish so far.
  @inline(__always)
  private func append(
    _ group: Int, at position: Int, _ order: UnsafeMutableBufferPointer<SettledGroup>
  ) {
    let finish = groups[group].finish
    if position > 0 && order[position - 1].finish <= finish {
      order[position] = order[position - 1]
      order[position].group = Int32(group)
    } else {
      order[position] = SettledGroup(
        finish: finish, group: Int32(group), earliest: Int32(position))
    }
  }
}

extension MaxMinFilling {
  /// Ends the flows of `component` that are done by `limit`, and fills again from `time` on.
  ///
  /// - Parameter report: Given the flow and the instant in seconds at which it is done.
  func end(
    _ component: inout SharingComponent, through limit: Double, at time: Double,
    _ report: (Int32, Double) -> Void
  ) {
    let settled = settledGroups(of: component)
    var cut = component.settled
    while cut > 0 && settled[cut - 1].finish <= limit { cut = Int(settled[cut - 1].earliest) }
    guard cut < component.settled else { return }
    // Rates that ought to be equal may differ in the last bits; all of them have to be undone.
    let lowest = rate(settled[cut].group) * (1 - 1e-9)
    while cut > 0 && rate(settled[cut - 1].group) >= lowest { cut -= 1 }
    unsettle(&component, from: cut)
    for position in cut..<component.settled {
      endMembers(of: Int(settled[position].group), through: limit, at: time, report)
    }
    component.settled = cut
    fill(&component, at: time)
  }

  /// Takes back what the groups settled from `cut` on use, the shorter way.
  private func unsettle(_ component: inout SharingComponent, from cut: Int) {
    let settled = settledGroups(of: component)
    for position in cut..<component.settled {
      groups[Int(settled[position].group)].isSettled = false
    }
    if component.settled - cut < cut {
      for position in cut..<component.settled {
        let group = Int(settled[position].group)
        let weight = groups[group].weight
        take(-groups[group].rate * weight, by: -weight, group)
      }
    } else {
      for link in component.links {
        links[link].free = capacities[link]
        links[link].open = links[link].flows
      }
      for position in 0..<cut {
        let group = Int(settled[position].group)
        let weight = groups[group].weight
        take(groups[group].rate * weight, by: weight, group)
      }
    }
  }

  /// Ends the members of an unsettled group that are done by `limit`.
  private func endMembers(
    of group: Int, through limit: Double, at time: Double, _ report: (Int32, Double) -> Void
  ) {
    guard groups[group].finish <= limit else { return }
    let (served, since, rate) = (groups[group].served, groups[group].since, groups[group].rate)
    var finish = groups[group].finish
    var ended: Int32 = 0
    repeat {
      report(slots[Int(groups[group].head)], finish)
      groups[group].head += 1
      ended += 1
      guard groups[group].head < groups[group].end else { break }
      finish = max(finish, since + (targets[Int(groups[group].head)] - served) / rate)
    } while finish <= limit
    groups[group].served = served + rate * (time - since)
    groups[group].since = time
    groups[group].rate = 0
    groups[group].isSettled = groups[group].head == groups[group].end
    for index in Int(groups[group].firstLink)..<Int(groups[group + 1].firstLink) {
      let link = Int(groupLinks[index])
      links[link].open -= Double(ended)
      links[link].flows -= Double(ended)
    }
  }
}
