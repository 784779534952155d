internal import Domain
internal import RealModule
internal import Statistics

/// Popularity drawn once for every layer from a truncated power law, as NVIDIA's planner draws it.
///
/// An expert's load is x = ((xmax^(1−a) − xmin^(1−a)) U + xmin^(1−a))^(1/(1−a)) with U uniform,
/// xmin 1 and xmax 0.8 *T* for a step of *T* tokens (0.01 and 2 where *kT* ≤ *E*). Loads are scaled
/// to sum to *kT*; what exceeds *T* goes to the other experts evenly. Source: the MoE collector of ai-dynamo/aiconfigurator.
struct PowerLawRouting: PopularityLaw, RoutingKind {
  static let descriptor = ComponentDescriptor(
    "powerLaw", "Popularity is drawn for every layer from a truncated power law.",
    options: [
      OptionDescriptor(
        "exponent", .number(minimum: 0, maximum: 20), default: .number(1.01),
        "The law's exponent: 1.01 for DeepSeek-like models, 1.2 for other mixtures of experts."),
      PopularitySeed.option,
    ],
    scalarOption: "exponent")

  /// By layer, `[layers][experts]`.
  let shares: [[Double]]

  static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator {
    let law = PowerLawRouting(
      exponent: spec.number("exponent") ?? 1.01,
      popularitySeed: PopularitySeed.value(in: spec), in: context)
    return DrawnRouting(context: context, law: law)
  }

  init(exponent: Double, popularitySeed: UInt64, in context: RoutingContext) {
    let tokens = context.workload.tokensPerRank * context.ranks
    let model = context.model
    shares = model.layers.map { number in
      var stream = RandomStream(seed: popularitySeed, purpose: "power-law popularity", number)
      let loads = Self.loads(
        exponent: exponent, tokens: tokens, experts: model.experts, topK: model.topK,
        with: &stream)
      return CappedDraw.level(loads, topK: model.topK, excess: .evenly)
    }
  }

  func popularity(at position: Int, step: Int) -> Popularity {
    Popularity(shares: shares[position])
  }

  /// Loads before they are scaled and clipped, `[experts]`.
  static func loads(
    exponent: Double, tokens: Int, experts: Int, topK: Int, with stream: inout RandomStream
  ) -> [Double] {
    let isLarge = Double(tokens) * Double(topK) > Double(experts)
    let (least, most) = isLarge ? (1, 0.8 * Double(tokens)) : (0.01, 2)
    return (0..<experts).map { _ in
      quantile(stream.uniform(), exponent: exponent, from: least, to: most)
    }
  }

  /// The value below which the truncated law has the chance `chance`.
  ///
  /// At exponent 1 the formula's limit, least^(1−U) · most^U.
  private static func quantile(
    _ chance: Double, exponent: Double, from least: Double, to most: Double
  ) -> Double {
    let power = 1 - exponent
    guard abs(power) > 1e-9 else { return .pow(least, 1 - chance) * .pow(most, chance) }
    let low = Double.pow(least, power)
    return .pow((.pow(most, power) - low) * chance + low, 1 / power)
  }
}
