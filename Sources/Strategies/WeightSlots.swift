/// Room for foreign experts' weights on every rank of a group, in one layer.
///
/// A rank holds at most ``limit`` foreign experts. One that this step uses stays until the step is
/// over; the others make room, the longest unused first.
struct WeightSlots: Hashable, Sendable {
  /// Foreign experts that a rank can hold at a time.
  let limit: Int
  /// The foreign experts on every rank, the longest unused first, `[ranks][experts]`.
  private(set) var held: [[Int]]
  /// How many of the last entries of ``held`` this step has used, `[ranks]`.
  private var used: [Int]

  /// Empty slots.
  ///
  /// - Parameter limit: foreign experts that a rank can hold; as many as there are by default.
  init(ranks: Int, limit: Int = .max) {
    self.limit = limit
    held = Array(repeating: [], count: ranks)
    used = Array(repeating: 0, count: ranks)
  }

  /// Whether `rank` has the weights of `expert`.
  func has(_ expert: Int, on rank: Int) -> Bool { held[rank].contains(expert) }

  /// Whether `rank` may compute `expert`: it has the weights, or a slot that the step does not use.
  func canTake(_ expert: Int, on rank: Int) -> Bool {
    used[rank] < limit || held[rank].suffix(used[rank]).contains(expert)
  }

  /// Notes that the step computes `expert` on `rank`; true where the weights have to come first.
  ///
  /// - Precondition: ``canTake(_:on:)``.
  mutating func use(_ expert: Int, on rank: Int) -> Bool {
    if let place = held[rank].firstIndex(of: expert) {
      guard place < held[rank].count - used[rank] else { return false }
      held[rank].remove(at: place)
      held[rank].append(expert)
      used[rank] += 1
      return false
    }
    precondition(used[rank] < limit, "Rank \(rank) has no room for expert \(expert).")
    if held[rank].count >= limit { held[rank].removeFirst() }
    held[rank].append(expert)
    used[rank] += 1
    return true
  }

  /// Ends the step: everything may make room again.
  mutating func endStep() { used = Array(repeating: 0, count: held.count) }

  /// The ranks whose slots hold `expert`.
  func holders(of expert: Int) -> [Int] {
    held.indices.filter { held[$0].contains(expert) }
  }

  /// The ranks that hold each of `experts` experts beside its permanent holders, `[experts][ranks]`.
  func holders(experts: Int) -> [[Int]] {
    var holders = [[Int]](repeating: [], count: experts)
    for (rank, list) in held.enumerated() {
      for expert in list { holders[expert].append(rank) }
    }
    return holders
  }
}
