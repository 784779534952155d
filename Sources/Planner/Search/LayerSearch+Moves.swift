extension LayerSearch {
  /// Finds the three busiest ranks of each sample.
  func rankBusiest() {
    for chunk in 0..<chunks { rankBusiest(chunk) }
  }

  /// Finds the three busiest ranks of eight samples.
  private func rankBusiest(_ chunk: Int) {
    var (first, second, third) = (
      Lanes(repeating: -1), Lanes(repeating: -1), Lanes(repeating: -1)
    )
    var (firstRank, secondRank, thirdRank) = (
      RankLanes(repeating: -1), RankLanes(repeating: -1), RankLanes(repeating: -1)
    )
    for rank in 0..<ranks {
      let value = load[rank &* chunks &+ chunk]
      let above3 = value .> third
      guard any(above3) else { continue }
      let number = RankLanes(repeating: Int32(truncatingIfNeeded: rank))
      let (above1, above2) = (value .> first, value .> second)
      third.replace(with: value, where: above3)
      thirdRank.replace(with: number, where: above3)
      third.replace(with: second, where: above2)
      thirdRank.replace(with: secondRank, where: above2)
      second.replace(with: value, where: above2)
      secondRank.replace(with: number, where: above2)
      second.replace(with: first, where: above1)
      secondRank.replace(with: firstRank, where: above1)
      first.replace(with: value, where: above1)
      firstRank.replace(with: number, where: above1)
    }
    busiest[3 * chunk] = first
    busiest[3 * chunk + 1] = second
    busiest[3 * chunk + 2] = third
    busiestRank[3 * chunk] = firstRank
    busiestRank[3 * chunk + 1] = secondRank
    busiestRank[3 * chunk + 2] = thirdRank
  }

  /// Ranks the busiest of eight samples anew unless the change of two ranks leaves them as they are.
  private func rankBusiest(_ chunk: Int, afterChangeOf g: Int, _ h: Int) {
    let third = busiest[3 * chunk + 2]
    let (laneG, laneH) = (
      RankLanes(repeating: Int32(truncatingIfNeeded: g)),
      RankLanes(repeating: Int32(truncatingIfNeeded: h))
    )
    var changed =
      (load[g &* chunks &+ chunk] .> third) .| (load[h &* chunks &+ chunk] .> third)
    for place in 0..<3 {
      let rank = busiestRank[3 * chunk + place]
      changed .|= (rank .== laneG) .| (rank .== laneH)
    }
    if any(changed) { rankBusiest(chunk) }
  }

  /// Sets the threshold to the tail's smallest maximum: then the tail's mean is the threshold
  /// plus the weighted excess (Rockafellar and Uryasev, J. Risk 2 (2000), for whole counts).
  func updateThreshold() {
    guard let tailCount else { return }
    let maxima = (0..<samples).map { busiest[3 * ($0 / 8)][$0 % 8] }.sorted(by: >)
    threshold = maxima[tailCount - 1]
  }

  /// The objective's loads part, from the busiest ranks.
  func currentLoadValue() -> Float {
    var sum = Lanes(repeating: 0)
    for chunk in 0..<chunks { sum += excess(busiest[3 * chunk]) * laneWeight[chunk] }
    return sum.sum() + threshold
  }

  /// What the slots cost where they are new, in scaled units.
  func costOfSlots() -> Float {
    guard let slotCost else { return 0 }
    return (0..<ranks * slotsPerRank).reduce(0) {
      $0 + slotCost[Int(slot[$1]) * ranks + $1 / slotsPerRank]
    }
  }

  @inline(__always)
  func excess(_ maxima: Lanes) -> Lanes {
    let above = maxima - threshold
    return above.replacing(with: 0, where: above .< 0)
  }

  /// The objective's loads part if the copies in slots `one` (on `g`) and `two` (on `h`) changed
  /// places; above the true value, never below, where a tail's threshold would move.
  @inline(__always)
  func trialSwap(_ g: Int, _ e: Int, _ h: Int, _ f: Int) -> Float {
    var sum = Lanes(repeating: 0)
    let (shareE, shareF) = (share[e], share[f])
    let (slowG, slowH) = (slowdown[g], slowdown[h])
    let (laneG, laneH) = (
      RankLanes(repeating: Int32(truncatingIfNeeded: g)),
      RankLanes(repeating: Int32(truncatingIfNeeded: h))
    )
    for chunk in 0..<chunks {
      let change =
        weight[f &* chunks &+ chunk] * shareF - weight[e &* chunks &+ chunk] * shareE
      let newG = load[g &* chunks &+ chunk] + change * slowG
      let newH = load[h &* chunks &+ chunk] - change * slowH
      let (firstRank, secondRank) = (busiestRank[3 &* chunk], busiestRank[3 &* chunk &+ 1])
      let takenFirst = (firstRank .== laneG) .| (firstRank .== laneH)
      let takenSecond = (secondRank .== laneG) .| (secondRank .== laneH)
      let fallback = busiest[3 &* chunk &+ 1].replacing(
        with: busiest[3 &* chunk &+ 2], where: takenSecond)
      var largest = busiest[3 &* chunk].replacing(with: fallback, where: takenFirst)
      largest.replace(with: newG, where: newG .> largest)
      largest.replace(with: newH, where: newH .> largest)
      sum += excess(largest) * laneWeight[chunk]
    }
    return sum.sum() + threshold
  }

  /// Exchanges the copies in two slots of different ranks and updates everything.
  func swap(_ one: Int, _ two: Int) {
    let (g, h) = (one / slotsPerRank, two / slotsPerRank)
    let (e, f) = (Int(slot[one]), Int(slot[two]))
    for chunk in 0..<chunks {
      let change = weight[f * chunks + chunk] * share[f] - weight[e * chunks + chunk] * share[e]
      load[g * chunks + chunk] += change * slowdown[g]
      load[h * chunks + chunk] -= change * slowdown[h]
    }
    (slot[one], slot[two]) = (slot[two], slot[one])
    present[e * ranks + g] = false
    present[f * ranks + h] = false
    present[f * ranks + g] = f != experts
    present[e * ranks + h] = e != experts
    for chunk in 0..<chunks { rankBusiest(chunk, afterChangeOf: g, h) }
    updateThreshold()
  }
}
