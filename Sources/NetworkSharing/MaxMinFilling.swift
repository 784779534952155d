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
  let chosen: UnsafeMutableBufferPointer<Int32>
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
    let links = UnsafeMutableBufferPointer(rebasing: links[component.links])
    var heap = shareHeap(links)
    while let least = heap.least {
      let link = links[least.link]
      guard link.open > 0 else {
        heap.removeLeast()
        continue
      }
      let share = max(link.free / link.open, count > 0 ? rounds[count - 1].share : 0)
      let item = LinkShare(share, of: least.link)
      if item.key > least.key && heap.raiseLeast(to: item) { continue }
      let left = settle(
        least.link + component.links.lowerBound, at: share, into: order, &settled)
      heap.removeLeast()
      let finish = left > 0 ? time + left / share : time
      rounds[count] = SettledRound(
        share: share, since: time, ownFinish: finish, finish: finish, earliest: Int32(count),
        end: Int32(settled))
      if count > 0 && rounds[count - 1].finish <= finish {
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

  private func shareHeap(_ links: UnsafeMutableBufferPointer<LinkState>) -> ShareHeap {
    var heap = ShareHeap(items: shares)
    for (place, link) in links.enumerated() where link.open > 0 {
      heap.append(LinkShare(link.free / link.open, of: place))
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
    // Copies, so that the compiler knows that no store changes them.
    let (chosen, groups, links) = (chosen, groups, links)
    var least = Double.infinity
    var position = settled
    for index in 0..<chooseOpen(link) {
      let number = Int(chosen[index])
      let group = groups[number]
      let weight = Double(group.weight)
      guard weight > 0 && !group.isSettled else { continue }
      if group.second >= 0 {
        let other = Int(group.first ^ group.second) ^ link
        links[other].free -= share * weight
        links[other].open -= weight
      } else {
        groups[number].isSettled = true
        takeFromAll(number, share * weight, weight)
      }
      least = min(least, group.left)
      order[position] = chosen[index]
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
  /// Lists the groups of `link` whose other link has something open, without a branch to guess.
  ///
  /// A group of two links is settled exactly if one of them has nothing open any more.
  @inline(__always)
  private func chooseOpen(_ link: Int) -> Int {
    let (chosen, uses, links) = (chosen, uses, links)
    var count = 0
    for index in Int(useOffsets[link])..<Int(useOffsets[link + 1]) {
      chosen[count] = uses[index].group
      count += links[Int(uses[index].other)].open > 0 ? 1 : 0
    }
    return count
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
