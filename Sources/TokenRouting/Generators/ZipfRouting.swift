internal import Domain
internal import RealModule
internal import Statistics

/// Popularity that falls as a power of an expert's place in the ranking (Zipf's law).
struct ZipfRouting: PopularityLaw, RoutingKind {
  static let descriptor = ComponentDescriptor(
    "zipf", "The n-th most popular expert of a layer gets copies in proportion to n^-exponent.",
    options: [
      OptionDescriptor(
        "exponent", .number(minimum: 0, maximum: 20), default: .number(1),
        "How fast popularity falls; 0 is even."),
      OptionDescriptor(
        "shuffle", .flag, default: .flag(true),
        "Whether the ranking is a random one in every layer; else it follows the expert numbers."),
      PopularitySeed.option,
    ],
    scalarOption: "exponent")

  /// By layer, `[layers][experts]`.
  let shares: [[Double]]

  static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator {
    let law = ZipfRouting(
      exponent: spec.number("exponent") ?? 1, isShuffled: spec.flag("shuffle"),
      popularitySeed: PopularitySeed.value(in: spec), in: context)
    return DrawnRouting(context: context, law: law)
  }

  init(exponent: Double, isShuffled: Bool, popularitySeed: UInt64, in context: RoutingContext) {
    let ranked = (1...context.model.experts).map { Double.pow(Double($0), -exponent) }
    let sum = ranked.reduce(0, +)
    shares = context.model.layers.map { number in
      var shares = ranked.map { $0 / sum }
      if isShuffled {
        var stream = RandomStream(seed: popularitySeed, purpose: "zipf ranking", number)
        stream.shuffle(&shares)
      }
      return shares
    }
  }

  func popularity(at position: Int, step: Int) -> Popularity {
    Popularity(shares: shares[position])
  }
}
