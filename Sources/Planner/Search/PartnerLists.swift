/// The flows of each expert of a layer to or from one neighbouring layer, heaviest first, one list
/// after the other in memory.
///
/// A class, because it owns raw memory; nothing changes after it is made.
final class PartnerLists: @unchecked Sendable {
  /// A flow to or from another expert.
  struct Partner: Sendable {
    let expert: Int32
    let tokens: Float
  }

  private let memory: UnsafeMutablePointer<Partner>
  private let starts: UnsafeMutablePointer<Int>
  private let experts: Int

  /// - Parameter lists: Partners by expert, in any order.
  init(_ lists: [[Partner]]) {
    experts = lists.count
    memory = .allocate(capacity: max(1, lists.reduce(0) { $0 + $1.count }))
    starts = .allocate(capacity: lists.count + 1)
    var end = 0
    for (expert, partners) in lists.enumerated() {
      (starts + expert).initialize(to: end)
      let sorted = partners.sorted {
        $0.tokens != $1.tokens ? $0.tokens > $1.tokens : $0.expert < $1.expert
      }
      for partner in sorted {
        (memory + end).initialize(to: partner)
        end += 1
      }
    }
    (starts + experts).initialize(to: end)
  }

  deinit {
    memory.deallocate()
    starts.deallocate()
  }

  /// The partners of one expert.
  @inline(__always)
  subscript(_ expert: Int) -> UnsafeBufferPointer<Partner> {
    let first = starts[expert]
    return UnsafeBufferPointer(start: memory + first, count: starts[expert &+ 1] &- first)
  }
}
