internal import Domain
public import Plan

/// A plan with everything that all its ranks know: the tokens, and where every copy goes.
public struct PlanWorld: Sendable {
  public let plan: ExecutionPlan
  public let tokens: TokenWorld
  public let groups: [Range<Int>]
  public let residency: Residency
  /// Routes, `[layers][groups]`.
  let routes: [[CopyRoutes]]

  /// - Throws: ``ExecutionError`` where the plan lacks assignments or asks for what is not computed.
  public init(
    plan: ExecutionPlan, tokens: TokenWorld, groups: [Range<Int>], residency: Residency
  ) throws(ExecutionError) {
    self.plan = plan
    self.tokens = tokens
    self.groups = groups
    self.residency = residency
    var routes: [[CopyRoutes]] = []
    for layer in tokens.step.layers.indices {
      var row: [CopyRoutes] = []
      for group in groups {
        let outcome = plan.layerOutcomes.first {
          $0.layer == layer && $0.firstRank == group.lowerBound
        }
        guard let assignment = outcome?.assignment, assignment.sources == group.count else {
          throw .missingAssignment(layer: tokens.step.layers[layer].layer)
        }
        row.append(
          CopyRoutes(
            choices: group.map { tokens.dealt[layer][$0].choices }, experts: tokens.model.experts,
            assignment: assignment))
      }
      routes.append(row)
    }
    self.routes = routes
  }

  /// The position of the group that `rank` belongs to.
  func group(of rank: Int) -> Int { rank / max(1, groups.first?.count ?? 1) }
}
