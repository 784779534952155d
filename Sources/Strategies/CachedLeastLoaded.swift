public import Domain
public import Plan

/// LLEP that keeps foreign weights from step to step while the same experts stay hot.
///
/// Every rank has a few slots in each layer. A helper that still holds an expert's weights is asked
/// before others and needs no transfer; new weights take the slot that was unused the longest. In
/// training weights change after every step, so nothing is kept. Ours; docs/strategies/llepCached.md.
public struct CachedLeastLoaded: Strategy {
  public static let descriptor = ComponentDescriptor(
    "llepCached", "LLEP that keeps foreign weights between steps while experts stay hot.",
    options: LeastLoadedFamily.controls + [
      .init(
        "replicaSlots", .integer(minimum: 0), default: .integer(4),
        "Foreign experts that a rank keeps in each layer."),
      .init(
        "memoryLimit", .data,
        "Bytes that a rank keeps for foreign weights over all layers; fewer slots where less fits."
      ),
      .init(
        "nodeAware", .flag, default: .flag(false),
        "Whether helpers of the home's node come first, as in llepNodeAware."),
    ] + LayerOptions.descriptors)

  private let family: LeastLoadedFamily
  private let isNodeAware: Bool

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    family = try LeastLoadedFamily(spec)
    isNodeAware = spec.flag("nodeAware")
  }

  public func implementation(for phase: Phase) -> Implementation {
    family.layer.implementation(for: phase)
  }

  public var isLearning: Bool { true }
  public var warmUpSteps: Int { 1 }

  public func session(in context: StepContext) -> any StrategySession {
    CachedSession(family: family, isNodeAware: isNodeAware, context: context)
  }
}

/// The slots of every layer and group, as the last step left them.
private struct CachedSession: StrategySession {
  private let family: LeastLoadedFamily
  private let isNodeAware: Bool
  private let context: StepContext
  /// `[layers][groups]`.
  private var slots: [[WeightSlots]]
  private let slotBytes: Double

  init(family: LeastLoadedFamily, isNodeAware: Bool, context: StepContext) {
    self.family = family
    self.isNodeAware = isNodeAware
    self.context = context
    let layers = context.placement.layers.count
    let limit = min(
      family.slots(for: context.model, sharedBy: layers) ?? .max, context.model.experts)
    slots = context.placement.layers.map { _ in
      context.groups.map { WeightSlots(ranks: $0.count, limit: limit) }
    }
    let keeps = context.workload.phase != .training
    slotBytes = keeps ? Double(limit * layers) * context.model.expertBytes : 0
  }

  func plan(_ step: RoutedStep) throws(StrategyError) -> ExecutionPlan {
    let lowering = StepLowering(
      context: context, style: family.style(for: context.workload.phase), slotBytes: slotBytes)
    return try lowering.plan(step) { layer, group in
      let aids = aids(layer, context.number(of: group))
      let assignment = family.assignment(
        layer.loads, of: layer, in: context, group: group, with: aids)
      var decision = family.decision(
        assignment, of: layer, group: group, in: context, with: aids)
      decision.weightsHaveSlots = slotBytes > 0
      decision.leftHolders = aids.slots.holders(experts: layer.holders.count)
      return decision
    }
  }

  mutating func observe(_ step: RoutedStep) throws(StrategyError) {
    guard context.workload.phase != .training else { return }
    var after = slots
    try context.forEachLayer(of: step) { group, layer in
      after[layer.index][group] =
        family.assignment(
          layer.loads, of: layer, in: context, group: context.groups[group],
          with: aids(layer, group)
        ).slots
    }
    slots = after
  }

  private func aids(_ layer: LayerInGroup, _ group: Int) -> LeastLoadedFamily.Aids {
    .init(slots: slots[layer.index][group], countsNodes: isNodeAware)
  }
}
