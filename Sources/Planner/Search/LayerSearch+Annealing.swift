private import RealModule

extension LayerSearch {
  /// How a search cools down.
  struct Schedule {
    /// First and last temperature as shares of the value at the start.
    var hot: Float = 0.002
    var cold: Float = 1e-5
    /// Steps in all.
    var steps: Int
  }

  /// Anneals and leaves the best slots found in place.
  ///
  /// - Parameters:
  ///   - progress: The share of the schedule done after so many steps; 1 or more ends it.
  ///   - target: A value, in scaled units, that is good enough.
  /// - Returns: Steps made.
  @discardableResult
  func anneal(_ schedule: Schedule, target: Float, progress: (Int) -> Float) -> Int {
    var best = value
    var bestRow = Array(UnsafeBufferPointer(start: slot, count: ranks * slotsPerRank))
    let base = value
    var temperature = base * schedule.hot
    var done = 0
    let hasReplicas = canReplicate
    while best > target {
      if done & 511 == 0 {
        let share = progress(done)
        if share >= 1 { break }
        temperature = base * schedule.hot * Float.pow(schedule.cold / schedule.hot, share)
        if done & 0xFFFF == 0xFE00 { rebuild() }
      }
      done += 1
      let changed =
        hasReplicas && random.below(8) == 0 ? tryReplica(temperature) : trySwap(temperature)
      if changed, value < best * (1 - 1e-7) {
        best = value
        bestRow.withUnsafeMutableBufferPointer {
          _ = $0.update(fromContentsOf: UnsafeBufferPointer(start: slot, count: $0.count))
        }
      }
    }
    read(bestRow.map { $0 == Int32(experts) ? PlacementSlots.empty : Int($0) })
    rebuild()
    return done
  }

  /// Whether any expert has or could have a second copy.
  var canReplicate: Bool {
    capacity.reduce(0, +) > experts && ranks > 1
  }

  /// A slot of a rank that decides some sample, or now and then of any rank.
  func decidingSlot() -> Int {
    var rank = random.below(ranks)
    if random.below(16) != 0 {
      for _ in 0..<8 {
        let sample = random.below(samples)
        rank = Int(busiestRank[3 * (sample / 8)][sample % 8])
        if busiest[3 * (sample / 8)][sample % 8] >= threshold { break }
      }
    }
    rank = max(0, rank)
    return rank * slotsPerRank + random.below(max(1, capacity[rank]))
  }

  func accepts(_ change: Float, _ temperature: Float) -> Bool {
    if change <= 0 { return true }
    guard temperature > 0, change < 16 * temperature else { return false }
    return random.unit() < Float.exp(-change / temperature)
  }

  private func trySwap(_ temperature: Float) -> Bool {
    let one = decidingSlot()
    let g = one / slotsPerRank
    let h = random.below(ranks)
    guard g != h, capacity[g] > 0, capacity[h] > 0, regionOfRank[g] == regionOfRank[h] else {
      return false
    }
    let two = h * slotsPerRank + random.below(capacity[h])
    let (e, f) = (Int(slot[one]), Int(slot[two]))
    guard e != f, !present[e * ranks + h], !present[f * ranks + g], !pinned[one], !pinned[two]
    else { return false }
    let moving = slotCostChange(e, from: g, to: h) + slotCostChange(f, from: h, to: g)
    let trial = trialSwap(g, e, h, f)
    let change = trial + moving - (value - slotCostTotal)
    guard accepts(change, temperature) else { return false }
    swap(one, two)
    slotCostTotal += moving
    value = currentLoadValue() + slotCostTotal
    return true
  }

  @inline(__always)
  private func slotCostChange(_ expert: Int, from old: Int, to new: Int) -> Float {
    guard let slotCost else { return 0 }
    return slotCost[expert * ranks + new] - slotCost[expert * ranks + old]
  }
}
