/// Token copies put in the order of their experts: the counting sort behind every dispatch.
public struct CopySort: Hashable, Sendable {
  /// Copies of every expert, `[experts]`.
  public let counts: [Int32]
  /// The copies' numbers, expert by expert.
  public let order: [Int32]

  /// - Precondition: every choice is below `experts`.
  /// - Complexity: O(copies + experts).
  public init(_ choices: [UInt16], experts: Int) {
    var counts = [Int32](repeating: 0, count: experts)
    for expert in choices { counts[Int(expert)] += 1 }
    var next = [Int32](repeating: 0, count: experts)
    var total: Int32 = 0
    for expert in 0..<experts {
      next[expert] = total
      total += counts[expert]
    }
    var order = [Int32](repeating: 0, count: choices.count)
    for (copy, expert) in choices.enumerated() {
      order[Int(next[Int(expert)])] = Int32(copy)
      next[Int(expert)] += 1
    }
    self.counts = counts
    self.order = order
  }
}
