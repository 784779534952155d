public import Domain
public import Plan

/// Expert parallelism with a capacity for every expert: what exceeds it is dropped, and room that is
/// left is filled up where the scenario asks for it.
///
/// Every source rank may send each expert ⌈factor · tokens · k / experts⌉ copies of its own. Source:
/// Megatron-Core's token dispatcher (`--moe-expert-capacity-factor`,
/// `--moe-pad-expert-input-to-capacity`), after GShard (arXiv 2006.16668, section 2.2). Dropped
/// copies change what the model computes; results count them and warn.
public struct CapacityLimit: MemorylessStrategy {
  public static let descriptor = ComponentDescriptor(
    "capacity", "Expert parallelism that drops the token copies beyond a capacity for each expert.",
    options: [
      .init(
        "capacityFactor", .number(minimum: 1e-3, maximum: 1e6), default: .number(1),
        "How many times its even share of a rank's copies an expert takes from that rank."),
      .init(
        "pad", .flag, default: .flag(false),
        "Whether experts are filled up to their capacity, so that all sizes are fixed."),
    ] + LayerOptions.descriptors,
    scalarOption: "capacityFactor")

  private let factor: Double
  private let pads: Bool
  private let options: LayerOptions

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    options = try LayerOptions(spec)
    factor = spec.number("capacityFactor") ?? 1
    pads = spec.flag("pad")
  }

  public func implementation(for phase: Phase) -> Implementation {
    options.implementation(for: phase)
  }

  public func plan(
    _ step: RoutedStep, in context: StepContext
  ) throws(StrategyError) -> ExecutionPlan {
    let style = options.style(
      for: context.workload.phase, eager: (.eagerWholeBatch, .allRows))
    return try StepLowering(context: context, style: style).plan(step) { layer, group in
      decide(layer, group: group, in: context)
    }
  }

  private func decide(
    _ layer: LayerInGroup, group: Range<Int>, in context: StepContext
  ) -> LayerDecision {
    let cut = CutCopies(layer, ranks: group.count, factor: factor)
    let kept = LayerInGroup(index: layer.index, counts: cut.kept[...], holders: layer.holders)
    var decision = LayerDecision(
      dispatch: options.homeDispatch(of: kept, group: group, in: context))
    decision.droppedCopies = cut.dropped
    decision.isPlainRouting = cut.dropped == 0 && !pads
    if pads {
      let padding = LayerInGroup(
        index: layer.index, counts: cut.padding[...], holders: layer.holders)
      decision.paddedCopies = decision.dispatch.pad(
        with: options.homeDispatch(of: padding, group: group, in: context))
    }
    return decision
  }
}

/// A layer's counts under a capacity.
struct CutCopies {
  /// Copies that are sent, `[sources × experts]`.
  private(set) var kept: [Int32]
  /// Rows of zeros that would fill every expert up, `[sources × experts]`.
  private(set) var padding: [Int32]
  private(set) var dropped = 0

  /// - Complexity: O(*ranks* × experts).
  init(_ layer: LayerInGroup, ranks: Int, factor: Double) {
    let experts = layer.holders.count
    kept = Array(layer.counts)
    padding = [Int32](repeating: 0, count: kept.count)
    for source in 0..<ranks {
      let row = (source * experts)..<((source + 1) * experts)
      let copies = kept[row].reduce(0) { $0 + Int($1) }
      let capacity = Self.capacity(copies: copies, experts: experts, factor: factor)
      for index in row {
        let excess = Int(kept[index]) - capacity
        if excess > 0 {
          dropped += excess
          kept[index] = Int32(capacity)
        } else {
          padding[index] = Int32(-excess)
        }
      }
    }
  }

  /// Copies that an expert takes from a rank with `copies` copies; none from a rank without tokens.
  static func capacity(copies: Int, experts: Int, factor: Double) -> Int {
    let share = (factor * Double(copies) / Double(experts)).rounded(.up)
    return share < 2_000_000_000 ? Int(share) : 2_000_000_000
  }
}
