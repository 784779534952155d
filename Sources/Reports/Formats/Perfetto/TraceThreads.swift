internal import Plan
internal import Quantities

/// The thread of every operation: one for each lane of each rank, and more where a lane carried two
/// operations at once.
struct TraceThreads {
  struct Thread {
    let id: Int
    let rank: Int
    let name: String
  }

  /// By rank, then lane.
  let all: [Thread]
  /// The thread of every operation, by its index.
  let ids: [Int32]

  init(plan: ExecutionPlan, record: RunRecord, count: Int) {
    let lanes = Lane.allCases.count
    var members = [[Int32]](repeating: [], count: plan.ranks * lanes)
    for index in 0..<count {
      let operation = plan.operations[index]
      members[Int(operation.rank) * lanes + Int(operation.lane.rawValue)].append(Int32(index))
    }
    var all: [Thread] = []
    var ids = [Int32](repeating: 0, count: count)
    for (slot, operations) in members.enumerated() where !operations.isEmpty {
      let lane = Lane.allCases[slot % lanes]
      var ends: [Int64] = []
      let first = all.count
      for index in Self.inOrder(operations, record) {
        let span = record.spans[Int(index)]
        let free = ends.firstIndex { $0 <= span.start.picoseconds }
        let track = free ?? ends.count
        if free == nil {
          let name = track == 0 ? lane.name : "\(lane.name) \(track + 1)"
          all.append(Thread(id: first + track + 1, rank: slot / lanes, name: name))
          ends.append(0)
        }
        ends[track] = max(span.start.picoseconds, span.end.picoseconds)
        ids[Int(index)] = Int32(first + track + 1)
      }
    }
    self.all = all
    self.ids = ids
  }

  /// Operations of a lane by start; they nearly always are already.
  private static func inOrder(_ operations: [Int32], _ record: RunRecord) -> [Int32] {
    func key(_ index: Int32) -> (Int64, Int64, Int32) {
      let span = record.spans[Int(index)]
      return (span.start.picoseconds, span.end.picoseconds, index)
    }
    let isSorted = zip(operations, operations.dropFirst()).allSatisfy { key($0) < key($1) }
    return isSorted ? operations : operations.sorted { key($0) < key($1) }
  }
}
