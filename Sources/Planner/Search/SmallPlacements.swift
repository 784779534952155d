/// Many placements of one layer as lists of copies, one list after the other in memory.
///
/// A class, because it owns raw memory; nothing changes after it is made.
final class SmallPlacements: @unchecked Sendable {
  struct Copy {
    /// Expert times ranks plus rank.
    let index: Int
    /// The share of the expert's tokens that the copy computes.
    let share: Float
  }

  let count: Int
  private let memory: UnsafeMutablePointer<Copy>
  private var starts: [Int] = [0]

  init(rows: [[Int]], _ problem: PlacementProblem) {
    count = rows.count
    memory = .allocate(capacity: max(1, rows.count * problem.slots))
    for row in rows {
      var copies = Array(repeating: 0, count: problem.experts)
      for expert in row where expert != PlacementSlots.empty { copies[expert] += 1 }
      var end = starts[starts.count - 1]
      for (slot, expert) in row.enumerated() where expert != PlacementSlots.empty {
        let index = expert * problem.ranks + slot / problem.slotsPerRank
        (memory + end).initialize(to: Copy(index: index, share: 1 / Float(copies[expert])))
        end += 1
      }
      starts.append(end)
    }
  }

  deinit { memory.deallocate() }

  /// The copies of one placement.
  @inline(__always)
  func copies(of row: Int) -> UnsafeBufferPointer<Copy> {
    UnsafeBufferPointer(start: memory + starts[row], count: starts[row + 1] - starts[row])
  }
}
