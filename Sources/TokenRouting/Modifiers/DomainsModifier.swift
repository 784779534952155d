internal import Domain
internal import Statistics

/// Ranks whose tokens come from one domain each, as requests do, in place of a mixture on every
/// rank.
///
/// A load table brings its own domains (its workloads or domains, in proportion to their totals);
/// other kinds get `count` domains that rank the experts differently. A rank changes its domain
/// after `length` steps.
struct DomainsModifier: RoutingModifier {
  static let descriptor = ComponentDescriptor(
    "domains", "Every rank's tokens come from one domain for some steps.",
    options: [
      OptionDescriptor(
        "length", .integer(minimum: 1), default: .integer(16),
        "Steps after which a rank turns to another domain."),
      OptionDescriptor(
        "count", .integer(minimum: 1), default: .integer(4),
        "Domains of a routing that has none of its own."),
    ])

  let law: any PopularityLaw
  let length: Int
  let context: RoutingContext
  /// How likely each domain is.
  let weights: CategoricalLaw
  /// For made-up domains: whose popularity each expert has, `[domains][layers][experts]`.
  let rankings: [[[Int]]]

  var warnings: [String] { law.warnings }
  var isStationary: Bool { law.isStationary }

  static func make(
    _ spec: ComponentSpec, on law: any PopularityLaw, in context: RoutingContext
  ) throws(RoutingError) -> any PopularityLaw {
    let own = law.domainWeights
    let count = max(1, spec.integer("count") ?? 4)
    let chances = own.isEmpty ? [Double](repeating: 1, count: count) : own
    guard let weights = try? CategoricalLaw(weights: chances) else {
      throw RoutingError(
        .impossibleLoads, "the domains of the trace have no load",
        fix: "leave out the modifier 'domains'")
    }
    let rankings = own.isEmpty ? Self.rankings(count, context) : []
    return DomainsModifier(
      law: law, length: max(1, spec.integer("length") ?? 16), context: context, weights: weights,
      rankings: rankings)
  }

  func popularity(at position: Int, step: Int) -> Popularity {
    let domains =
      rankings.isEmpty
      ? law.popularityByDomain(at: position, step: step)
      : rankings.map { domain in
        let shares = law.popularity(at: position, step: step).shares[0]
        return domain[position].map { shares[$0] }
      }
    let chosen = (0..<context.ranks).map { rank in
      let epoch = Epochs.epoch(of: rank, at: step, length: length, seed: context.seed)
      // The same in every layer: a token keeps its domain on its way through the model.
      var stream = RandomStream(seed: context.seed, purpose: "domain", epoch, rank)
      return stream.draw(from: weights)
    }
    return Popularity(shares: domains, populationOfRank: chosen)
  }

  private static func rankings(_ count: Int, _ context: RoutingContext) -> [[[Int]]] {
    (0..<count).map { domain in
      context.model.layers.map { number in
        var order = Array(0..<context.model.experts)
        var stream = RandomStream(
          seed: PopularitySeed.standard, purpose: "domain ranking", domain, number)
        stream.shuffle(&order)
        return order
      }
    }
  }
}
