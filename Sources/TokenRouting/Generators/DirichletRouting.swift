internal import Domain
internal import Statistics

/// Popularity drawn once for every layer from a symmetric Dirichlet distribution.
struct DirichletRouting: PopularityLaw, RoutingKind {
  static let descriptor = ComponentDescriptor(
    "dirichlet", "Popularity is drawn for every layer from a symmetric Dirichlet distribution.",
    options: [
      OptionDescriptor(
        "concentration", .number(minimum: 1e-3, maximum: 1e9), default: .number(1),
        "Large is even, small is skewed: the coefficient of variation is about concentration^-1/2."),
      PopularitySeed.option,
    ],
    scalarOption: "concentration")

  /// By layer, `[layers][experts]`.
  let shares: [[Double]]

  static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator {
    let law = DirichletRouting(
      concentration: spec.number("concentration") ?? 1,
      popularitySeed: PopularitySeed.value(in: spec), in: context)
    return DrawnRouting(context: context, law: law)
  }

  init(concentration: Double, popularitySeed: UInt64, in context: RoutingContext) {
    let concentrations = [Double](repeating: concentration, count: context.model.experts)
    shares = context.model.layers.map { number in
      var stream = RandomStream(seed: popularitySeed, purpose: "dirichlet popularity", number)
      return stream.dirichlet(concentrations: concentrations)
    }
  }

  func popularity(at position: Int, step: Int) -> Popularity {
    Popularity(shares: shares[position])
  }
}
