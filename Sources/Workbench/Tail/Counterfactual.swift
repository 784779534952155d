import Domain
import Plan

/// A step's plan with reasons for slowness taken away.
///
/// The strategy's decisions stay: only sizes change, so that a strategy which moves weights because
/// tokens are uneven is charged for the weights, and not the tokens for both.
struct Counterfactual {
  let plan: ExecutionPlan
  let ranksPerNode: Int

  /// Whether weights travel in this step at all.
  var hasWeightTransfers: Bool {
    plan.operations.contains { operation in
      guard operation.kind == .weights, case .exchange(let index) = operation.work else {
        return false
      }
      if case .transfers(_, let count) = plan.exchanges[Int(index)].payload { return count > 0 }
      return true
    }
  }

  /// The plan without `removed`; stragglers and slow links are the machine's, not the plan's.
  ///
  /// - Complexity: O(operations + exchanges × ranks²).
  func plan(without removed: TailFactors) -> ExecutionPlan {
    var result = plan
    if removed.contains(.weightTransfer) { freeWeights(&result) }
    if removed.contains(.tokenImbalance) { evenRows(&result) }
    evenTables(
      &result, margins: removed.contains(.tokenImbalance),
      structure: removed.contains(.communication))
    return result
  }

  /// Weights arrive at once, and nobody posts messages for them.
  private func freeWeights(_ result: inout ExecutionPlan) {
    for (index, operation) in plan.operations.enumerated() where operation.kind == .weights {
      switch operation.work {
      case .posting: result.setWork(.posting(messages: 0), of: OperationID(index))
      case .exchange(let exchange):
        switch plan.exchanges[Int(exchange)].payload {
        case .transfers(let first, _):
          result.setPayload(.transfers(first: first, count: 0), ofExchange: Int(exchange))
        case .collective(let kind, _):
          result.setPayload(.collective(kind, bytes: 0), ofExchange: Int(exchange))
        case .allToAll(let matrix, _, let isReturn):
          result.setPayload(
            .allToAll(matrix: matrix, unitBytes: 0, isReturn: isReturn), ofExchange: Int(exchange))
        }
      default: break
      }
    }
  }

  private func evenTables(_ result: inout ExecutionPlan, margins: Bool, structure: Bool) {
    guard margins || structure else { return }
    for (index, table) in plan.matrices.enumerated() {
      let size = table.ranks % ranksPerNode == 0 ? ranksPerNode : table.ranks
      let even = EvenTable(ranksPerNode: size)
      result.setMatrix(even.evened(table, margins: margins, structure: structure), at: index)
    }
  }

  /// Every rank of a group gets the mean rows of the group, over as many experts as the mean rank.
  private func evenRows(_ result: inout ExecutionPlan) {
    for members in expertOperations {
      var total = 0
      var active = 0
      var bytes = 0.0
      for member in members {
        for row in rows(of: member.experts) { total += Int(row.rows) }
        active += rows(of: member.experts).count
        bytes += member.passBytes
      }
      let count = Double(members.count)
      let experts = max(1, Int((Double(active) / count).rounded()))
      let even = Self.spread(Double(total) / count, over: experts)
      let pass = Work.memoryPass(bytes: bytes / count, launches: bytes > 0 ? 1 : 0)
      for member in members {
        result.setExpertRows(even, of: member.experts)
        if let before = member.pass { result.setWork(pass, of: before) }
      }
    }
  }

  private static func spread(_ rows: Double, over experts: Int) -> [ExpertRows] {
    var left = Int(rows.rounded())
    return (0..<experts).compactMap { position in
      let own = left / (experts - position)
      left -= own
      return own > 0 ? ExpertRows(expert: Int32(position), rows: Int32(own)) : nil
    }
  }

  // MARK: - Who computes what

  /// A rank's experts in one layer, and the pass over received rows before them.
  private struct Member {
    let experts: OperationID
    let pass: OperationID?
    let passBytes: Double
  }

  /// Operations of experts that stand for each other: by layer, group and turn.
  private var expertOperations: [[Member]] {
    let groupSize = max(1, plan.layerOutcomes.first?.computedCopies.count ?? plan.ranks)
    var positions: [Key: Int] = [:]
    var members: [[Member]] = []
    var turns: [Key: Int] = [:]
    var pass: [Int32: (OperationID, Double)] = [:]
    for (index, operation) in plan.operations.enumerated() where operation.kind == .expertCompute {
      switch operation.work {
      case .memoryPass(let bytes, _): pass[operation.rank] = (OperationID(index), bytes)
      case .experts:
        let own = Key(operation.layer, Int(operation.rank), turn: 0)
        let turn = turns[own, default: 0]
        turns[own] = turn + 1
        let key = Key(operation.layer, Int(operation.rank) / groupSize, turn: turn)
        let before = pass.removeValue(forKey: operation.rank)
        let member = Member(
          experts: OperationID(index), pass: before?.0, passBytes: before?.1 ?? 0)
        if let position = positions[key] {
          members[position].append(member)
        } else {
          positions[key] = members.count
          members.append([member])
        }
      default: break
      }
    }
    return members
  }

  private struct Key: Hashable {
    let layer: Int32
    let place: Int
    let turn: Int

    init(_ layer: Int32, _ place: Int, turn: Int) {
      (self.layer, self.place, self.turn) = (layer, place, turn)
    }
  }

  /// The rows of an operation of experts.
  func rows(of operation: OperationID) -> ArraySlice<ExpertRows> {
    guard case .experts(let first, let count) = plan.operations[operation.index].work else {
      return []
    }
    return plan.expertRows[Int(first)..<Int(first + count)]
  }
}
