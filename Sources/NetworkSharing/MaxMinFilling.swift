/// Progressive filling on the components of a ``SharingEpoch``: rates rise together until a link is
/// full; its flows are settled at that share, and filling goes on with the rest (Bertsekas and
/// Gallager, Data Networks, 6.5.2).
///
/// A link's share only rises while others are settled, so a heap of shares computed earlier finds
/// the smallest: what has risen meanwhile sinks back. Each full link is a round, rounds have rising
/// shares, and when flows end only the rounds from the lowest ended rate on can change: filling
/// restarts there. The flows of a round have one rate, so what is next done in it is known from the
/// least that is left, with one division a round.
///
/// The buffers are those of the epoch's arrays, taken once for many operations.
struct MaxMinFilling {
  let groups: UnsafeMutableBufferPointer<FlowGroup>
  let lists: UnsafeMutableBufferPointer<GroupLists>
  let links: UnsafeMutableBufferPointer<LinkState>
  let order: UnsafeMutableBufferPointer<Int32>
  let rounds: UnsafeMutableBufferPointer<SettledRound>
  let shares: UnsafeMutableBufferPointer<LinkShare>
  let capacities: UnsafeBufferPointer<Double>
  let groupLinks: UnsafeBufferPointer<Int32>
  let useOffsets: UnsafeBufferPointer<Int32>
  let uses: UnsafeBufferPointer<LinkUse>
  let targets: UnsafeBufferPointer<Double>
  let slots: UnsafeBufferPointer<Int32>

  /// Settles every group of `component` that is not settled, with rates that hold from `time` on.
  func fill(_ component: inout SharingComponent, at time: Double) {
    let rounds = rounds(of: component)
    let order = UnsafeMutableBufferPointer(rebasing: order[component.groups])
    var count = component.rounds
    var settled = count > 0 ? Int(rounds[count - 1].end) : 0
    var heap = shareHeap(component.links)
    while let least = heap.least {
      let link = links[Int(least.link)]
      guard link.open > 0 else {
        heap.removeLeast()
        continue
      }
      let share = max(link.free / link.open, count > 0 ? rounds[count - 1].share : 0)
      if share > least.share && heap.raiseLeast(to: share) { continue }
      let left = settle(Int(least.link), at: share, into: order, &settled)
      heap.removeLeast()
      rounds[count] = SettledRound(
        share: share, since: time, finish: left > 0 ? time + left / share : time,
        earliest: Int32(count), end: Int32(settled))
      if count > 0 && rounds[count - 1].finish <= rounds[count].finish {
        rounds[count].finish = rounds[count - 1].finish
        rounds[count].earliest = rounds[count - 1].earliest
      }
      count += 1
    }
    component.rounds = count
    component.nextFinish = count > 0 ? rounds[count - 1].finish : .infinity
  }

  /// The rounds of `component`.
  func rounds(of component: SharingComponent) -> UnsafeMutableBufferPointer<SettledRound> {
    UnsafeMutableBufferPointer(rebasing: rounds[component.links])
  }

  private func shareHeap(_ range: Range<Int>) -> ShareHeap {
    var heap = ShareHeap(items: UnsafeMutableBufferPointer(rebasing: shares[range]))
    for link in range where links[link].open > 0 {
      heap.append(LinkShare(share: links[link].free / links[link].open, link: Int32(link)))
    }
    heap.order()
    return heap
  }

  /// Settles the open groups of the full link `link` at `share`.
  ///
  /// - Returns: The least that a flow among them has left.
  @inline(__always)
  private func settle(
    _ link: Int, at share: Double, into order: UnsafeMutableBufferPointer<Int32>,
    _ settled: inout Int
  ) -> Double {
    var least = Double.infinity
    var position = settled
    for index in Int(useOffsets[link])..<Int(useOffsets[link + 1]) {
      let use = uses[index]
      // A group of two links is settled exactly if its other link has nothing open any more.
      if use.other >= 0 && links[Int(use.other)].open == 0 { continue }
      let group = Int(use.group)
      let weight = Double(groups[group].weight)
      guard weight > 0 else { continue }
      if use.other >= 0 {
        links[Int(use.other)].free -= share * weight
        links[Int(use.other)].open -= weight
      } else {
        guard !groups[group].isSettled else { continue }
        groups[group].isSettled = true
        takeFromAll(group, share * weight, weight)
      }
      least = min(least, groups[group].left)
      order[position] = use.group
      position += 1
    }
    settled = position
    // The full link itself: nothing is open, and nothing to speak of is free.
    links[link].free -= share * links[link].open
    links[link].open = 0
    return least
  }
}

extension MaxMinFilling {
  /// Takes `bytes` a second for `flows` flows from both links of a group of two.
  @inline(__always)
  func takeFromBoth(_ group: FlowGroup, _ bytes: Double, _ flows: Double) {
    links[Int(group.first)].free -= bytes
    links[Int(group.first)].open -= flows
    links[Int(group.second)].free -= bytes
    links[Int(group.second)].open -= flows
  }

  /// Takes `bytes` a second for `flows` flows from every link of `group`.
  @inline(__always)
  func takeFromAll(_ group: Int, _ bytes: Double, _ flows: Double) {
    for index in Int(lists[group].firstLink)..<Int(lists[group + 1].firstLink) {
      links[Int(groupLinks[index])].free -= bytes
      links[Int(groupLinks[index])].open -= flows
    }
  }
}
