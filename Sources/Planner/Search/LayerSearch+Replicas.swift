extension LayerSearch {
  /// Takes away a copy that is not the last and gives its slot to another expert.
  func tryReplica(_ temperature: Float) -> Bool {
    let index = random.below(4) == 0 ? random.below(ranks * slotsPerRank) : decidingSlot()
    let (g, e) = (index / slotsPerRank, Int(slot[index]))
    guard index % slotsPerRank < capacity[g], !pinned[index], e == experts || copies[e] > 1
    else { return false }
    let f = newcomer(on: g)
    guard f != e, !present[f * ranks + g], !protected.contains(f) else { return false }
    let moving =
      slotCost.map { $0[f * ranks + g] - $0[e * ranks + g] } ?? 0
    let trial = trialReplica(on: g, of: f, insteadOf: e)
    guard accepts(trial + moving - (value - slotCostTotal), temperature) else { return false }
    replace(index, with: f)
    rankBusiest()
    slotCostTotal += moving
    updateThreshold()
    value = currentLoadValue() + slotCostTotal
    return true
  }

  /// The objective's loads part if rank `g` held `f` instead of a copy of `e`; above the true
  /// value, never below, where a tail's threshold would move.
  ///
  /// - Complexity: O(samples · copies of both) but for samples whose busiest ranks hold them.
  private func trialReplica(on g: Int, of f: Int, insteadOf e: Int) -> Float {
    let changed = markChanges(on: g, of: f, insteadOf: e)
    var sum = Lanes(repeating: 0)
    for chunk in 0..<chunks {
      let (firstRank, secondRank) = (busiestRank[3 &* chunk], busiestRank[3 &* chunk &+ 1])
      var takenFirst = SIMDMask<SIMD8<Int32>>(repeating: false)
      var takenSecond = takenFirst
      for item in 0..<changed {
        let lane = RankLanes(repeating: changes[item].rank)
        takenFirst .|= (firstRank .== lane)
        takenSecond .|= (secondRank .== lane)
      }
      var largest = busiest[3 &* chunk].replacing(
        with: busiest[3 &* chunk &+ 1], where: takenFirst)
      if any(takenFirst .& takenSecond) { largest = largestOfOthers(chunk, changed) }
      for item in 0..<changed {
        let change = changes[item]
        let after =
          load[Int(change.rank) &* chunks &+ chunk]
          + weight[e &* chunks &+ chunk] * change.leaving
          + weight[f &* chunks &+ chunk] * change.joining
        largest.replace(with: after, where: after .> largest)
      }
      sum += excess(largest) * laneWeight[chunk]
    }
    return sum.sum() + threshold
  }

  /// Notes the ranks whose loads change, and by what share of the two experts' tokens.
  ///
  /// - Returns: How many ranks.
  private func markChanges(on g: Int, of f: Int, insteadOf e: Int) -> Int {
    var count = 0
    let leaves = e != experts
    let joins = f != experts
    let more = leaves ? 1 / Float(copies[e] - 1) - share[e] : 0
    let joined = joins ? 1 / Float(copies[f] + 1) : 0
    let less = joins ? joined - share[f] : 0
    for rank in 0..<ranks {
      let holdsLeaving = leaves && present[e &* ranks &+ rank]
      let holdsJoining = joins && present[f &* ranks &+ rank]
      guard holdsLeaving || holdsJoining || rank == g else { continue }
      let leaving = rank == g ? (leaves ? -share[e] : 0) : (holdsLeaving ? more : 0)
      let joining = rank == g ? joined : (holdsJoining ? less : 0)
      changes[count] = LoadChange(
        rank: Int32(truncatingIfNeeded: rank), leaving: leaving * slowdown[rank],
        joining: joining * slowdown[rank])
      count += 1
    }
    return count
  }

  /// The largest loads of the ranks that do not change.
  private func largestOfOthers(_ chunk: Int, _ changed: Int) -> Lanes {
    var largest = Lanes(repeating: 0)
    var item = 0
    for rank in 0..<ranks {
      if item < changed, changes[item].rank == Int32(truncatingIfNeeded: rank) {
        item += 1
        continue
      }
      let value = load[rank &* chunks &+ chunk]
      largest.replace(with: value, where: value .> largest)
    }
    return largest
  }

  /// An expert to copy: mostly one of a deciding rank, whose load a copy would share; now and then
  /// none, which takes a copy away.
  private func newcomer(on rank: Int) -> Int {
    if random.below(16) == 0 { return experts }
    if random.below(2) == 0 {
      let expert = Int(slot[decidingSlot()])
      if expert != experts, regionOfRank[rank] == regionOfHome(expert) { return expert }
    }
    let region = regions[Int(regionOfRank[rank])]
    guard !region.experts.isEmpty else { return experts }
    return region.experts[random.below(region.experts.count)]
  }

  private func regionOfHome(_ expert: Int) -> Int32 {
    regions.count == 1 ? 0 : homeRegion[expert]
  }

  /// Puts expert `f` into slot `index` instead of what is there, which keeps another copy.
  ///
  /// Only loads, copies and presence are updated; the caller ranks the busiest.
  private func replace(_ index: Int, with f: Int) {
    let (g, e) = (index / slotsPerRank, Int(slot[index]))
    if e != experts { changeCopies(of: e, by: -1, on: g) }
    if f != experts { changeCopies(of: f, by: 1, on: g) }
    slot[index] = Int32(f)
  }

  private func changeCopies(of expert: Int, by change: Int32, on rank: Int) {
    let before = share[expert]
    copies[expert] += change
    share[expert] = 1 / Float(max(1, copies[expert]))
    let held = present + expert * ranks
    if change > 0 { add(expert, share[expert], to: rank) } else { add(expert, -before, to: rank) }
    held[rank] = change > 0
    let difference = share[expert] - before
    for other in 0..<ranks where other != rank && held[other] {
      add(expert, difference, to: other)
    }
  }

  private func add(_ expert: Int, _ amount: Float, to rank: Int) {
    let factor = amount * slowdown[rank]
    for chunk in 0..<chunks {
      load[rank * chunks + chunk] += weight[expert * chunks + chunk] * factor
    }
  }
}

/// What a change of copies does to a rank's load: shares of the tokens of the expert that leaves a
/// slot and of the one that takes it, times the rank's slowdown.
struct LoadChange {
  var rank: Int32
  var leaving: Float
  var joining: Float
}
