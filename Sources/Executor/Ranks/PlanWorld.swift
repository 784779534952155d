internal import Domain
public import Plan

/// A plan with everything that all its ranks know: the tokens, and where every copy goes.
public struct PlanWorld: Sendable {
  public let plan: ExecutionPlan
  public let tokens: TokenWorld
  public let groups: [Range<Int>]
  public let residency: Residency
  /// Whether the plan has a backward pass.
  let hasBackwardPass: Bool
  /// Routes, `[slots][groups]`.
  let routes: [[CopyRoutes]]
  /// Whether gradients that come home are added by an operation of their own, by layer and rank;
  /// elsewhere they are added as they come.
  private let accumulates: Set<Int>

  /// How many micro-batches `plan` cuts its step into.
  public static func microBatches(of plan: ExecutionPlan) -> Int {
    1 + plan.layerOutcomes.reduce(0) { max($0, $1.microBatch) }
  }

  /// - Throws: ``ExecutionError`` where the plan lacks assignments or asks for what is not computed.
  public init(
    plan: ExecutionPlan, tokens: TokenWorld, groups: [Range<Int>], residency: Residency
  ) throws(ExecutionError) {
    self.plan = plan
    self.tokens = tokens
    self.groups = groups
    self.residency = residency
    hasBackwardPass = plan.operations.contains { $0.pass == .backward }
    var routes = [[CopyRoutes?]](
      repeating: [CopyRoutes?](repeating: nil, count: groups.count), count: tokens.slots)
    let size = max(1, groups.first?.count ?? 1)
    for outcome in plan.layerOutcomes {
      let slot = outcome.microBatch * tokens.layers + outcome.layer
      guard let assignment = outcome.assignment, assignment.sources == size,
        routes.indices.contains(slot)
      else { continue }
      let group = outcome.firstRank / size
      routes[slot][group] = CopyRoutes(
        choices: groups[group].map { tokens.dealt[slot][$0].choices },
        experts: tokens.model.experts, assignment: assignment)
    }
    self.routes = routes.map { $0.compactMap { $0 } }
    if let missing = self.routes.firstIndex(where: { $0.count != groups.count }) {
      throw .missingAssignment(layer: tokens.model.layers[tokens.layer(missing)])
    }
    accumulates = Set(
      plan.operations.compactMap { operation -> Int? in
        guard case .memoryPass = operation.work, operation.kind == .weights else { return nil }
        return Int(operation.rank) * tokens.layers + Int(operation.layer)
      })
    try check()
  }

  /// Ranks only wait for their own operations and in exchanges, and a layer's rows travel at once.
  private func check() throws(ExecutionError) {
    let dispatches = plan.operations.count { operation in
      guard operation.rank == 0, operation.pass == .forward,
        case .exchange(let exchange) = operation.work,
        case .allToAll(_, _, isReturn: false) = plan.exchanges[Int(exchange)].payload
      else { return false }
      return true
    }
    guard dispatches <= tokens.slots else {
      throw .unsupported("rows that travel in several chunks; leave 'chunks' at 1")
    }
    for index in plan.operations.indices {
      let rank = plan.operations[index].rank
      for other in plan.dependencies(of: OperationID(index))
      where plan.operations[other.index].rank != rank {
        throw .unsupported("operation \(index) waits for another rank outside an exchange")
      }
    }
  }

  /// The position of the group that `rank` belongs to.
  func group(of rank: Int) -> Int { rank / max(1, groups.first?.count ?? 1) }

  func accumulates(layer: Int, rank: Int) -> Bool {
    accumulates.contains(rank * tokens.layers + layer)
  }

  /// Whether each copy of a rank is computed at all, or dropped, `[tokens × topK]`.
  public func isComputed(slot: Int, rank: Int) -> [Bool] {
    let group = groups[group(of: rank)]
    let order = routes[slot][self.group(of: rank)].sendOrder[rank - group.lowerBound]
    var result = [Bool](repeating: false, count: tokens.dealt[slot][rank].choices.count)
    for copy in order { result[Int(copy)] = true }
    return result
  }
}
