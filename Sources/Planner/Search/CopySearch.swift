private import RealModule

/// Annealing over copy counts alone: which experts get the spare copies so that the largest share
/// is small in every sample. With one slot a rank this is the whole problem.
///
/// A move takes a copy from one expert and gives it to another; as in ``LayerSearch`` the three
/// largest shares of each sample make a trial O(samples). A class, because it owns raw memory.
final class CopySearch {
  typealias Lanes = SIMD8<Float>
  typealias ExpertLanes = SIMD8<Int32>

  private let experts: Int
  private let limit: Int32
  private let samples: Int
  private let chunks: Int
  private let tailCount: Int?
  private let weight: UnsafeMutablePointer<Lanes>
  private let laneWeight: UnsafeMutablePointer<Lanes>
  private let top: UnsafeMutablePointer<Lanes>
  private let topExpert: UnsafeMutablePointer<ExpertLanes>
  private(set) var copies: [Int32]
  private var threshold: Float = 0
  private var value: Float = 0
  private var random: SearchRandom

  /// - Parameter limit: Copies of one expert at most.
  init(loads: LayerLoads, copies: [Int], limit: Int, random: SearchRandom) {
    experts = copies.count
    self.limit = Int32(limit)
    self.copies = copies.map { Int32($0) }
    self.random = random
    samples = loads.rows.count
    chunks = (samples + 7) / 8
    if case .tail(let count) = loads.risk { tailCount = count } else { tailCount = nil }
    weight = RawMemory.filled(experts * chunks, with: Lanes(repeating: 0))
    laneWeight = RawMemory.filled(chunks, with: Lanes(repeating: 0))
    top = RawMemory.filled(3 * chunks, with: Lanes(repeating: 0))
    topExpert = RawMemory.filled(2 * chunks, with: ExpertLanes(repeating: -1))
    let total = loads.rows.reduce(0) { $0 + $1.reduce(0, +) }
    let scale = max(1e-12, total / Double(samples * experts))
    for (sample, row) in loads.rows.enumerated() {
      for (expert, tokens) in row.enumerated() {
        weight[expert * chunks + sample / 8][sample % 8] = Float(tokens / scale)
      }
      switch loads.risk {
      case .mean(let weights): laneWeight[sample / 8][sample % 8] = Float(weights[sample])
      case .tail(let count): laneWeight[sample / 8][sample % 8] = 1 / Float(count)
      }
    }
    rebuild()
  }

  deinit {
    for memory in [weight, laneWeight, top] { memory.deallocate() }
    topExpert.deallocate()
  }

  /// Anneals and leaves the best counts found in ``copies``.
  ///
  /// - Parameter progress: The share of the schedule done after so many steps.
  func anneal(hot: Float, cold: Float, progress: (Int) -> Float) {
    var (best, bestCopies) = (value, copies)
    let base = value
    var temperature = base * hot
    var done = 0
    while true {
      if done & 511 == 0 {
        let share = progress(done)
        if share >= 1 { break }
        temperature = base * hot * Float.pow(cold / hot, share)
      }
      done += 1
      guard step(temperature), value < best * (1 - 1e-7) else { continue }
      (best, bestCopies) = (value, copies)
    }
    copies = bestCopies
    rebuild()
  }

  /// Gives a copy to an expert that decides some sample, from one that may do with fewer.
  private func step(_ temperature: Float) -> Bool {
    let sample = random.below(samples)
    let receiver =
      random.below(16) == 0
      ? random.below(experts) : Int(topExpert[2 * (sample / 8)][sample % 8])
    let giver = random.below(experts)
    guard giver != receiver, receiver >= 0, copies[giver] > 1, copies[receiver] < limit else {
      return false
    }
    let change = trial(giver, receiver) - value
    guard change <= 0 || random.unit() < Float.exp(-change / temperature) else { return false }
    copies[giver] -= 1
    copies[receiver] += 1
    rebuild()
    return true
  }

  private func trial(_ giver: Int, _ receiver: Int) -> Float {
    var sum = Lanes(repeating: 0)
    let fewer = 1 / Float(copies[giver] - 1)
    let more = 1 / Float(copies[receiver] + 1)
    let (one, two) = (
      ExpertLanes(repeating: Int32(truncatingIfNeeded: giver)),
      ExpertLanes(repeating: Int32(truncatingIfNeeded: receiver))
    )
    for chunk in 0..<chunks {
      let (first, second) = (topExpert[2 * chunk], topExpert[2 * chunk + 1])
      let takenFirst = (first .== one) .| (first .== two)
      let takenSecond = (second .== one) .| (second .== two)
      let fallback = top[3 * chunk + 1].replacing(with: top[3 * chunk + 2], where: takenSecond)
      var largest = top[3 * chunk].replacing(with: fallback, where: takenFirst)
      let given = weight[giver * chunks + chunk] * fewer
      let received = weight[receiver * chunks + chunk] * more
      largest.replace(with: given, where: given .> largest)
      largest.replace(with: received, where: received .> largest)
      sum += excess(largest) * laneWeight[chunk]
    }
    return sum.sum() + threshold
  }

  private func excess(_ largest: Lanes) -> Lanes {
    let above = largest - threshold
    return above.replacing(with: 0, where: above .< 0)
  }

  /// Finds the three largest shares of each sample, the tail's threshold and the value.
  private func rebuild() {
    for chunk in 0..<chunks {
      var (first, second, third) = (
        Lanes(repeating: -1), Lanes(repeating: -1), Lanes(repeating: -1)
      )
      var (firstExpert, secondExpert) = (ExpertLanes(repeating: -1), ExpertLanes(repeating: -1))
      for expert in 0..<experts {
        let share = weight[expert * chunks + chunk] * (1 / Float(copies[expert]))
        let number = ExpertLanes(repeating: Int32(truncatingIfNeeded: expert))
        let (above1, above2, above3) = (share .> first, share .> second, share .> third)
        third.replace(with: share, where: above3)
        third.replace(with: second, where: above2)
        second.replace(with: share, where: above2)
        secondExpert.replace(with: number, where: above2)
        second.replace(with: first, where: above1)
        secondExpert.replace(with: firstExpert, where: above1)
        first.replace(with: share, where: above1)
        firstExpert.replace(with: number, where: above1)
      }
      (top[3 * chunk], top[3 * chunk + 1], top[3 * chunk + 2]) = (first, second, third)
      (topExpert[2 * chunk], topExpert[2 * chunk + 1]) = (firstExpert, secondExpert)
    }
    if let tailCount {
      threshold =
        (0..<samples).map { top[3 * ($0 / 8)][$0 % 8] }.sorted(by: >)[tailCount - 1]
    }
    var sum = Lanes(repeating: 0)
    for chunk in 0..<chunks { sum += excess(top[3 * chunk]) * laneWeight[chunk] }
    value = sum.sum() + threshold
  }
}
