internal import Domain
internal import RealModule
internal import Statistics

/// Replays what a profile says of a trace: popularity, its scatter from step to step, and how far
/// tokens stay with the experts of the token and of the layer before.
///
/// A profile that `shunt profile --output` wrote gives every layer its own popularity. One of the
/// catalogue has a curve of popularity for all layers; which expert stands where on it is drawn.
struct ProfileRouting: RoutingKind {
  static let descriptor = ComponentDescriptor(
    "profile", "Follows the profile of a real trace: a name of the catalogue, or a file.",
    options: [
      OptionDescriptor(
        "name", .text, required: true,
        "A profile of `shunt catalog profiles`, or a file that `shunt profile --output` wrote."),
      OptionDescriptor(
        "tokens", .flag, default: .flag(true),
        "Whether locality and affinity are replayed, token by token, where the profile has them."),
      PopularitySeed.option,
    ],
    scalarOption: "name")

  static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator {
    guard let name = spec.text("name"), !name.isEmpty else {
      throw RoutingError(
        .badOption, "a profile needs its name", fix: "write 'profile: NAME' or 'profile: FILE.json'"
      )
    }
    let profile = try RoutingProfile(named: name, folder: context.folder)
    let law = try ProfileLaw(
      profile, popularitySeed: PopularitySeed.value(in: spec), in: context)
    var modified: any PopularityLaw = law
    if let precision = profile.dispersion?.precision {
      modified = FluctuationModifier(law: law, precision: max(1, precision), context: context)
    }
    guard spec.flag("tokens") else { return DrawnRouting(context: context, law: modified) }
    return profile.coupling(topK: context.model.topK).generator(modified, in: context)
  }
}

/// Popularity as a profile has it.
struct ProfileLaw: PopularityLaw {
  let warnings: [String]
  /// By layer of the model, `[layers][experts]`.
  private let shares: [[Double]]

  init(
    _ profile: RoutingProfile, popularitySeed: UInt64, in context: RoutingContext
  ) throws(RoutingError) {
    let model = context.model
    guard profile.experts == model.experts else {
      throw RoutingError(
        .modelMismatch, file: profile.file,
        "the profile is of \(profile.experts) experts where the model has \(model.experts)",
        fix: "use a profile of this model, or a model with \(profile.experts) experts")
    }
    if let curve = profile.curve {
      shares = model.layers.map { number in
        var row = curve
        var stream = RandomStream(seed: popularitySeed, purpose: "profile ranking", number)
        stream.shuffle(&row)
        return row
      }
      warnings = []
      return
    }
    let rows = profile.popularity
    guard !rows.isEmpty, rows.allSatisfy({ $0.shares.count == model.experts }),
      rows.allSatisfy({ row in row.shares.count { $0 > 0 } >= model.topK })
    else {
      throw RoutingError(
        .impossibleLoads, file: profile.file,
        "the profile has no popularity of \(model.topK) or more of \(model.experts) experts",
        fix: "write it again with 'shunt profile ROUTING --output FILE'")
    }
    let matching = LayerMatching(
      model: model.layers, trace: rows.map(\.layer), count: rows.count, file: profile.file)
    shares = matching.places.map { rows[$0].shares }
    warnings = matching.warnings
  }

  func popularity(at position: Int, step: Int) -> Popularity {
    Popularity(shares: shares[position])
  }
}

extension RoutingProfile {
  /// The coupling of tokens that shows this locality and affinity.
  ///
  /// With persistence ρ a token repeats ρ of its experts of the token before and the rest by chance.
  /// With affinity *s* one of the *k* slots of the next layer follows an expert with chance *s*, so
  /// the likeliest successor has about *s*/*k* beyond the hottest expert's share.
  func coupling(topK: Int) -> TokenCoupling {
    var coupling = TokenCoupling()
    if let locality, let repeated = locality.repeated, let chance = locality.repeatedByChance,
      chance < 1
    {
      coupling.persistence = min(0.99, max(0, (repeated - chance) / (1 - chance)))
    }
    if let affinity, let skew {
      let hottest = skew.hottestOverMean
      let most = Double(experts) / Double(topK) - hottest
      if most > 0 {
        coupling.affinity = min(0.99, max(0, (affinity.successorOverChance - hottest) / most))
      }
    }
    return coupling
  }
}
