package import Plan

/// Who waits for whom in a plan, the order of each lane included, as flat tables.
package struct OperationGraph {
  /// Operations that an operation still waits for.
  package private(set) var waitingFor: [Int32]
  /// Where the followers of operation *i* begin in ``followers``; one entry more than operations.
  private var firstFollower: [Int32]
  private var followers: [Int32]

  /// - Complexity: O(operations + dependencies).
  package init(_ plan: ExecutionPlan) {
    let count = plan.operations.count
    let lanes = Lane.allCases.count
    waitingFor = [Int32](repeating: 0, count: count)
    firstFollower = [Int32](repeating: 0, count: count + 1)
    var previous = [Int32](repeating: -1, count: plan.ranks * lanes)
    var before = [Int32](repeating: -1, count: count)
    for index in 0..<count {
      let operation = plan.operations[index]
      let lane = Int(operation.rank) * lanes + Int(operation.lane.rawValue)
      before[index] = previous[lane]
      previous[lane] = Int32(index)
      for dependency in plan.dependencies(of: OperationID(index)) {
        firstFollower[dependency.index + 1] += 1
        waitingFor[index] += 1
      }
      if before[index] >= 0 {
        firstFollower[Int(before[index]) + 1] += 1
        waitingFor[index] += 1
      }
    }
    for index in 0..<count { firstFollower[index + 1] += firstFollower[index] }
    followers = [Int32](repeating: 0, count: Int(firstFollower[count]))
    var next = firstFollower
    func link(_ from: Int, _ to: Int) {
      followers[Int(next[from])] = Int32(to)
      next[from] += 1
    }
    for index in 0..<count {
      for dependency in plan.dependencies(of: OperationID(index)) { link(dependency.index, index) }
      if before[index] >= 0 { link(Int(before[index]), index) }
    }
  }

  /// Positions in the table of followers that belong to `operation`.
  package func followerRange(of operation: Int32) -> Range<Int> {
    Int(firstFollower[Int(operation)])..<Int(firstFollower[Int(operation) + 1])
  }

  package func follower(at position: Int) -> Int32 { followers[position] }

  /// Notes that something `operation` waits for has ended; true when nothing is left to wait for.
  package mutating func release(_ operation: Int32) -> Bool {
    waitingFor[Int(operation)] -= 1
    return waitingFor[Int(operation)] == 0
  }
}
