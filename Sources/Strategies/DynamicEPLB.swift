public import Domain
public import Plan

/// Expert parallelism whose placement DeepSeek's EPLB makes anew every so many steps, from a window
/// of loads, with weights moved a few layers at a time.
///
/// Source of the schedule: SGLang's and vLLM's expert rebalancing, which record loads over a window
/// and stop between two steps to move a chunk of layers (SGLang: `--eplb-rebalance-num-iterations`,
/// `--eplb-rebalance-layers-per-chunk`). The algorithm is that of the placement `eplb`.
public struct DynamicEPLB: Strategy {
  public static let descriptor = ComponentDescriptor(
    "eplbDynamic",
    "EPLB again every so many steps; weights move in chunks of layers between steps.",
    options: [
      .init(
        "interval", .integer(minimum: 1), default: .integer(100), "Steps between two plans."),
      .init(
        "window", .integer(minimum: 1), default: .integer(16),
        "Steps before a plan whose loads it is made from."),
      .init(
        "layersPerChunk", .integer(minimum: 1), default: .integer(8),
        "Layers whose weights move between two steps, while no rank computes."),
      .init(
        "redundantExperts", .integer(minimum: 0),
        "Expert copies of a layer beyond one each; as many as the placement has where it is left out."
      ),
    ] + LayerOptions.descriptors)

  private let schedule: RearrangementSchedule
  private let redundantExperts: Int?
  private let options: LayerOptions

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    options = try LayerOptions(spec)
    schedule = RearrangementSchedule(
      interval: max(1, spec.integer("interval") ?? 100),
      window: max(1, spec.integer("window") ?? 16),
      layersPerStep: max(1, spec.integer("layersPerChunk") ?? 8), timing: .before)
    redundantExperts = spec.integer("redundantExperts")
  }

  public func implementation(for phase: Phase) -> Implementation {
    options.implementation(for: phase)
  }

  public var isLearning: Bool { true }
  public var warmUpSteps: Int { schedule.window }

  public func session(in context: StepContext) throws(StrategyError) -> any StrategySession {
    let ranks = context.parallelism.expert
    let experts = context.placement.experts
    let wanted = redundantExperts.map { (experts + $0 + ranks - 1) / ranks } ?? 0
    let slots = max(wanted, context.placement.slotsPerRank)
    let perNode = context.cluster.acceleratorsPerNode
    let nodes = ranks % perNode == 0 ? ranks / perNode : 1
    let groups = context.model.expertGroups
    // EPLB's hierarchy needs groups and experts that divide over nodes; else it sees one node.
    let isHierarchical =
      groups > 0 && groups % nodes == 0 && experts % groups == 0 && experts % nodes == 0
    return try RearrangingSession(
      balancer: HierarchicalBalancer(
        groups: isHierarchical ? groups : 1, nodes: isHierarchical ? nodes : 1,
        slotsPerRank: slots),
      schedule: schedule, options: options, slotsPerRank: slots, context: context)
  }
}
