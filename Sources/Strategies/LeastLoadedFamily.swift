import Domain
import Plan

/// What the strategies that improve on LLEP share: its controls, room for weights, and the way from
/// an assignment to a decision.
struct LeastLoadedFamily: Sendable {
  /// LLEP's own controls.
  static let controls: [OptionDescriptor] = [
    .init(
      "capacityFactor", .number(minimum: 1e-3, maximum: 1e6), default: .number(1),
      "How many times the mean load a rank takes before copies are sent elsewhere (α)."),
    .init(
      "minimumChunk", .integer(minimum: 0), default: .integer(1024),
      "The fewest token copies for which weights are sent, unless they finish an expert (m)."),
    .init(
      "imbalanceThreshold", .number(minimum: 0, maximum: 1e12), default: .number(1.3),
      "Busiest over mean native load of the ranks from which a plan is made (λ)."),
  ]

  /// How much room foreign weights have.
  static let room: [OptionDescriptor] = [
    .init(
      "replicaSlots", .integer(minimum: 0),
      "Foreign experts that a rank takes in a layer; as many as come where it is left out."),
    .init(
      "memoryLimit", .data,
      "Bytes that a rank spends on foreign weights; a helper refuses what would not fit."),
  ]

  let settings: LeastLoadedSettings
  let layer: LayerOptions
  private let replicaSlots: Int?
  private let memoryLimit: Double?

  init(_ spec: ComponentSpec) throws(StrategyError) {
    layer = try LayerOptions(spec)
    settings = LeastLoadedSettings(
      capacityFactor: spec.number("capacityFactor") ?? 1,
      minimumChunk: spec.integer("minimumChunk") ?? 1024,
      imbalanceThreshold: spec.number("imbalanceThreshold") ?? 1.3)
    replicaSlots = spec.integer("replicaSlots")
    memoryLimit = spec.number("memoryLimit")
  }

  /// Whether helpers may have to refuse weights.
  var isLimited: Bool { replicaSlots != nil || memoryLimit != nil }

  /// Foreign experts that fit on a rank in one layer; nil where nothing limits them.
  ///
  /// - Parameter layers: layers whose foreign weights are there at the same time.
  func slots(for model: MoEModel, sharedBy layers: Int = 1) -> Int? {
    let perLayer = model.expertBytes * Double(max(1, layers))
    let fitting = memoryLimit.map { limit in
      perLayer > 0 && limit / perLayer < Double(model.experts)
        ? Int(limit / perLayer) : model.experts
    }
    return [replicaSlots, fitting].compactMap { $0 }.min()
  }

  /// The style of a step: LLEP's own path.
  func style(for phase: Phase) -> LayerStyle {
    layer.style(for: phase, eager: (.eagerByExpert, .largestExpert))
  }

  /// What an improved plan does beside LLEP's.
  struct Aids {
    /// Foreign weights that are there before the layer is planned.
    var slots: WeightSlots
    /// Helpers of the home's node come first, and weights cross the network once a node.
    var countsNodes = false
    /// Copies stay where they come from as far as the plan lets them.
    var keepsCopiesNear = false
  }

  /// Plans one layer.
  func assignment(
    _ loads: [Int], of layer: LayerInGroup, in context: StepContext, group: Range<Int>,
    with aids: Aids
  ) -> SpillAssignment {
    SpillAssignment(
      loads: loads, holders: layer.holders, slots: aids.slots, routes: context.routes(in: group),
      countsNodes: aids.countsNodes, settings: settings)
  }

  /// The decision that carries out `assignment`.
  func decision(
    _ assignment: SpillAssignment, of layer: LayerInGroup, group: Range<Int>,
    in context: StepContext, with aids: Aids
  ) -> LayerDecision {
    if assignment.isBalancedEnough {
      return LayerDecision(
        dispatch: self.layer.homeDispatch(of: layer, group: group, in: context))
    }
    let routes = context.routes(in: group)
    let dispatch =
      aids.keepsCopiesNear
      ? CopyDispatch(
        nearest: layer.counts, intervals: assignment.intervals, routes: routes,
        ranks: group.count, keepsSegments: self.layer.keepsSegments(in: context))
      : CopyDispatch(
        counts: layer.counts, intervals: assignment.intervals, ranks: group.count,
        keepsSegments: self.layer.keepsSegments(in: context))
    return LayerDecision(
      dispatch: dispatch,
      weightTransfers: transfers(assignment, holders: layer.holders, routes: routes, with: aids),
      planning: .loads, isPlainRouting: false)
  }

  /// The ways of the weights that `assignment` asks for: from home, as LLEP sends them, or along a
  /// tree over nodes.
  func transfers(
    _ assignment: SpillAssignment, holders: [[Int]], routes: WeightRoutes, with aids: Aids
  ) -> [LeastLoadedAssignment.Transfer] {
    guard aids.countsNodes else {
      return assignment.deliveries.map {
        .init(expert: $0.expert, from: holders[$0.expert][0], to: $0.to)
      }
    }
    var destinations: [(expert: Int, ranks: [Int])] = []
    for delivery in assignment.deliveries {
      if let last = destinations.indices.last, destinations[last].expert == delivery.expert {
        destinations[last].ranks.append(delivery.to)
      } else {
        destinations.append((delivery.expert, [delivery.to]))
      }
    }
    return destinations.flatMap { expert, ranks in
      // Slots that were there before and that the plan has left alone can send too.
      let kept = aids.slots.holders(of: expert).filter {
        assignment.slots.has(expert, on: $0) && !ranks.contains($0)
      }
      return routes.transfers(of: expert, from: holders[expert] + kept, to: ranks)
    }
  }
}
