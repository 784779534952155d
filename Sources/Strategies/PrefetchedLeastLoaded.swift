public import Domain
public import Plan

/// LLEP whose weights mostly travel before the gate: a plan from predicted loads sends them under
/// attention, and the plan from the exact loads sends what the prediction missed.
///
/// The prediction is the mean load of the last steps and the budget is the overlap degree, both as in
/// Hecate (arXiv 2502.02581, section 4); the plans are LLEP's. Ours; docs/strategies/llepPrefetch.md.
public struct PrefetchedLeastLoaded: Strategy {
  public static let descriptor = ComponentDescriptor(
    "llepPrefetch",
    "LLEP that sends weights under attention by prediction and corrects with the exact loads.",
    options: LeastLoadedFamily.controls + LeastLoadedFamily.room + [
      .init(
        "window", .integer(minimum: 1), default: .integer(5),
        "Steps whose mean load is the prediction."),
      .init(
        "overlapDegree", .integer(minimum: 0),
        "Experts that a rank sends or receives ahead in a layer; what attention hides by data-sheet rates where it is left out."
      ),
      .init(
        "nodeAware", .flag, default: .flag(false),
        "Whether helpers of the home's node come first, as in llepNodeAware."),
    ] + LayerOptions.descriptors)

  private let family: LeastLoadedFamily
  private let window: Int
  private let overlapDegree: Int?
  private let isNodeAware: Bool

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    family = try LeastLoadedFamily(spec)
    window = max(1, spec.integer("window") ?? 5)
    overlapDegree = spec.integer("overlapDegree")
    isNodeAware = spec.flag("nodeAware")
  }

  public func implementation(for phase: Phase) -> Implementation {
    family.layer.implementation(for: phase)
  }

  public var isLearning: Bool { true }
  public var warmUpSteps: Int { window }

  public func session(in context: StepContext) -> any StrategySession {
    PrefetchingSession(
      family: family, overlapDegree: overlapDegree, isNodeAware: isNodeAware, context: context,
      loads: LoadWindow(length: window))
  }
}

private struct PrefetchingSession: StrategySession {
  let family: LeastLoadedFamily
  let overlapDegree: Int?
  let isNodeAware: Bool
  let context: StepContext
  var loads: LoadWindow

  func plan(_ step: RoutedStep) throws(StrategyError) -> ExecutionPlan {
    let lowering = StepLowering(
      context: context, style: family.style(for: context.workload.phase))
    let limit = family.slots(for: context.model) ?? .max
    return try lowering.plan(step) { layer, group in
      var aids = LeastLoadedFamily.Aids(
        slots: WeightSlots(ranks: group.count, limit: limit), countsNodes: isNodeAware)
      let ahead = predicted(layer, group: group, with: aids)
      for transfer in ahead { _ = aids.slots.use(transfer.expert, on: transfer.to) }
      aids.slots.endStep()
      let assignment = family.assignment(
        layer.loads, of: layer, in: context, group: group, with: aids)
      var decision = family.decision(
        assignment, of: layer, group: group, in: context, with: aids)
      decision.prefetchedStages = WeightMovement.stages(of: ahead)
      return decision
    }
  }

  mutating func observe(_ step: RoutedStep) throws(StrategyError) {
    loads.append(try context.loads(of: step))
  }

  /// What the predicted plan would send, as far as attention hides it.
  private func predicted(
    _ layer: LayerInGroup, group: Range<Int>, with aids: LeastLoadedFamily.Aids
  ) -> [LeastLoadedAssignment.Transfer] {
    let degree =
      overlapDegree ?? LayerEstimate(context).expertsUnderAttention(ranks: group.count)
    guard degree > 0,
      let forecast = loads.mean(layer: layer.index, group: context.number(of: group))
    else { return [] }
    let assignment = family.assignment(
      forecast, of: layer, in: context, group: group, with: aids)
    let transfers = family.transfers(
      assignment, holders: layer.holders, routes: context.routes(in: group), with: aids)
    return Self.hidden(transfers, degree: degree, ranks: group.count)
  }

  /// The first transfers of which no rank sends or receives more than `degree`; one that passes on
  /// what is left out is left out too.
  private static func hidden(
    _ transfers: [LeastLoadedAssignment.Transfer], degree: Int, ranks: Int
  ) -> [LeastLoadedAssignment.Transfer] {
    var sent = [Int](repeating: 0, count: ranks)
    var received = sent
    var skipped: Set<LeastLoadedAssignment.Transfer> = []
    return transfers.filter { transfer in
      let isCutOff = skipped.contains {
        $0.expert == transfer.expert && $0.to == transfer.from
      }
      guard !isCutOff, sent[transfer.from] < degree, received[transfer.to] < degree else {
        skipped.insert(transfer)
        return false
      }
      sent[transfer.from] += 1
      received[transfer.to] += 1
      return true
    }
  }
}
