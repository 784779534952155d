internal import Domain
internal import Kernels

/// Where every token copy of one layer goes in one expert-parallel group, and where it stands in the
/// buffers on its way.
///
/// A source sends its copies by destination, then by expert, then in token order. A destination
/// receives source by source, and computes expert by expert, in the order of sources. Every rank
/// makes the same routes from the plan alone.
struct CopyRoutes: Sendable {
  let ranks: Int
  let experts: Int
  /// For each source, its copies (token × topK + choice) in the order they are sent.
  private(set) var sendOrder: [[Int32]] = []
  /// Copies `[sources × destinations × experts]`.
  private var counts: [Int32]

  /// Follows `assignment` token by token.
  ///
  /// - Parameter choices: the experts of every token of every source, in token order.
  init(choices: [[UInt16]], experts: Int, assignment: CopyAssignment) {
    ranks = choices.count
    self.experts = experts
    counts = [Int32](repeating: 0, count: choices.count * choices.count * experts)
    for source in choices.indices {
      let destinations = Self.destinations(
        choices[source], experts: experts,
        segments: assignment.segments[assignment.range(of: source)])
      sort(choices[source], destinations, source: source)
    }
  }

  /// The rank that computes every copy; -1 where it is dropped.
  private static func destinations(
    _ choices: [UInt16], experts: Int, segments: ArraySlice<CopySegment>
  ) -> [Int32] {
    var queues = [[CopySegment]](repeating: [], count: experts)
    for segment in segments.reversed() { queues[Int(segment.expert)].append(segment) }
    return choices.map { expert in
      guard let last = queues[Int(expert)].indices.last else { return -1 }
      let rank = queues[Int(expert)][last].rank
      queues[Int(expert)][last].count -= 1
      if queues[Int(expert)][last].count == 0 { queues[Int(expert)].removeLast() }
      return rank
    }
  }

  private mutating func sort(_ choices: [UInt16], _ destinations: [Int32], source: Int) {
    let first = source * ranks * experts
    for (copy, expert) in choices.enumerated() where destinations[copy] >= 0 {
      counts[first + Int(destinations[copy]) * experts + Int(expert)] += 1
    }
    var next = [Int](repeating: 0, count: ranks * experts)
    var total = 0
    for bin in next.indices {
      next[bin] = total
      total += Int(counts[first + bin])
    }
    var order = [Int32](repeating: 0, count: total)
    for (copy, expert) in choices.enumerated() where destinations[copy] >= 0 {
      let bin = Int(destinations[copy]) * experts + Int(expert)
      order[next[bin]] = Int32(copy)
      next[bin] += 1
    }
    sendOrder.append(order)
  }

  /// Copies of `expert` that `source` sends to `destination`.
  func copies(_ source: Int, _ destination: Int, _ expert: Int) -> Int {
    Int(counts[(source * ranks + destination) * experts + expert])
  }

  /// All copies that `source` sends to `destination`.
  func copies(_ source: Int, _ destination: Int) -> Int {
    let first = (source * ranks + destination) * experts
    return counts[first..<(first + experts)].reduce(0) { $0 + Int($1) }
  }

  /// Rows that `destination` computes for every expert.
  func rows(on destination: Int) -> [Int] {
    var rows = [Int](repeating: 0, count: experts)
    for source in 0..<ranks {
      for expert in 0..<experts { rows[expert] += copies(source, destination, expert) }
    }
    return rows
  }

  /// How `destination` brings what it received into the order it computes in.
  func runs(on destination: Int) -> [RowRun] {
    var received: [Int] = []
    var total = 0
    for source in 0..<ranks {
      for expert in 0..<experts {
        received.append(total)
        total += copies(source, destination, expert)
      }
    }
    var runs: [RowRun] = []
    var target = 0
    for expert in 0..<experts {
      for source in 0..<ranks {
        let rows = copies(source, destination, expert)
        guard rows > 0 else { continue }
        runs.append(
          RowRun(source: received[source * experts + expert], target: target, rows: rows))
        target += rows
      }
    }
    return runs
  }
}
