internal import Domain
internal import Statistics

/// Ranks whose tokens prefer experts of their own, for as long as they keep their sequences.
///
/// Every rank's popularity scatters around the common one and is drawn again after `length` steps;
/// ranks change at different steps.
struct TemporalLocalityModifier: RoutingModifier {
  static let descriptor = ComponentDescriptor(
    "temporalLocality", "Every rank prefers experts of its own for some steps.",
    options: [
      OptionDescriptor(
        "length", .integer(minimum: 1), default: .integer(16),
        "Steps after which a rank's preference is drawn again."),
      OptionDescriptor(
        "precision", .number(minimum: 1, maximum: 1e12), default: .number(100),
        "Large is alike: a share p has variance p(1-p)/(precision+1) between ranks."),
    ])

  let law: any PopularityLaw
  let length: Int
  let precision: Double
  let context: RoutingContext

  var warnings: [String] { law.warnings }
  var isStationary: Bool { law.isStationary }

  static func make(
    _ spec: ComponentSpec, on law: any PopularityLaw, in context: RoutingContext
  ) throws(RoutingError) -> any PopularityLaw {
    TemporalLocalityModifier(
      law: law, length: max(1, spec.integer("length") ?? 16),
      precision: spec.number("precision") ?? 100, context: context)
  }

  func popularity(at position: Int, step: Int) -> Popularity {
    let number = context.model.layers[position]
    let common = law.popularity(at: position, step: step)
    let own = (0..<context.ranks).map { rank in
      let epoch = Epochs.epoch(of: rank, at: step, length: length, seed: context.seed)
      var stream = RandomStream(
        seed: context.seed, purpose: "temporal locality", epoch, number, rank)
      return scattered(common.shares(of: rank), precision: precision, with: &stream)
    }
    return Popularity(shares: own, populationOfRank: Array(0..<context.ranks))
  }
}

/// Stretches of steps during which a rank keeps what it has.
enum Epochs {
  /// The number of the stretch of `length` steps that `step` falls in; ranks are out of step with
  /// one another.
  static func epoch(of rank: Int, at step: Int, length: Int, seed: UInt64) -> Int {
    var stream = RandomStream(seed: seed, purpose: "epoch", rank)
    let place = step + stream.uniformInteger(below: length)
    // Rounded down, so that the stretch around step 0 is as long as the others.
    return place >= 0 ? place / length : -((length - 1 - place) / length)
  }
}
