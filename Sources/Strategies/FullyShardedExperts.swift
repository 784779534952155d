public import Domain
public import Plan

/// Fully sharded sparse data parallelism (FSSDP): every expert lives on one rank, and copies of those
/// predicted to be busy are made for each layer under the attention before it.
///
/// Source: Hecate (arXiv 2502.02581). docs/strategies/fssdp.md says what the paper leaves open and
/// what was chosen.
public struct FullyShardedExperts: Strategy {
  public static let descriptor = ComponentDescriptor(
    "fssdp",
    "Fully sharded experts: copies of busy ones are gathered under attention, layer by layer.",
    options: [
      .init(
        "window", .integer(minimum: 1), default: .integer(5),
        "Steps whose mean load is the prediction (w)."),
      .init(
        "rematerialize", .flag, default: .flag(false),
        "Give copies back after the forward pass and gather them again for the backward pass."),
      .init(
        "calibrate", .flag, default: .flag(true),
        "Gather more copies after the gate where an estimate says that they pay."),
      .init(
        "materialize", .flag, default: .flag(true),
        "Gather copies at all; without, only homes change, and the t busiest experts are left where room is."
      ),
      .init(
        "reshard", .flag, default: .flag(true),
        "Move homes so that experts that are not copied spread by load; a placement with copies keeps its homes."
      ),
      .init(
        "reshardInterval", .integer(minimum: 1), default: .integer(100),
        "Steps between two decisions about homes."),
      .init(
        "overlapDegree", .integer(minimum: 0),
        "Experts gathered for a layer (t); what attention hides where it is left out."),
      .init(
        "memoryDegree", .integer(minimum: 0),
        "Copies a rank has room for in a layer (m); what memory leaves free where it is left out."),
    ] + LayerOptions.descriptors.filter { $0.name != "replicaDispatch" })

  let settings: Settings
  let options: LayerOptions

  /// The options in numbers.
  struct Settings: Sendable {
    let window: Int
    let rematerializes: Bool
    let calibrates: Bool
    let materializes: Bool
    let reshards: Bool
    let reshardInterval: Int
    let overlapDegree: Int?
    let memoryDegree: Int?
  }

  public init(_ spec: ComponentSpec) throws(StrategyError) {
    options = try LayerOptions(spec)
    settings = Settings(
      window: max(1, spec.integer("window") ?? 5),
      rematerializes: spec.flag("rematerialize"),
      calibrates: spec.flag("calibrate", else: true),
      materializes: spec.flag("materialize", else: true),
      reshards: spec.flag("reshard", else: true),
      reshardInterval: max(1, spec.integer("reshardInterval") ?? 100),
      overlapDegree: spec.integer("overlapDegree"), memoryDegree: spec.integer("memoryDegree"))
  }

  public func implementation(for phase: Phase) -> Implementation {
    options.implementation(for: phase)
  }

  public var isLearning: Bool { true }
  public var warmUpSteps: Int { settings.window }

  public func session(in context: StepContext) -> any StrategySession {
    ShardedSession(settings: settings, options: options, context: context)
  }
}
