public import Domain

/// The routing kinds that a scenario can name, and the modifiers it can add.
///
/// A new kind is one file that conforms to ``RoutingKind`` and one line here.
public enum RoutingCatalog {
  /// In the order they are documented.
  static let kinds: [any RoutingKind.Type] = [
    UniformRouting.self, ZipfRouting.self, PowerLawRouting.self, DirichletRouting.self,
    HotExpertRouting.self, TraceRouting.self, ProfileRouting.self,
  ]

  /// In the order they are documented.
  static let modifiers: [any RoutingModifier.Type] = [
    DriftModifier.self, FluctuationModifier.self, TemporalLocalityModifier.self,
    DomainsModifier.self,
  ]

  /// Modifiers that bind the choices of single tokens, in the order they are documented.
  static let couplings: [any TokenCouplingModifier.Type] = [
    CoactivationModifier.self, AffinityModifier.self,
  ]

  /// What the reader of scenarios and the JSON Schema know about every modifier.
  public static var modifierDescriptors: [ComponentDescriptor] {
    modifiers.map { $0.descriptor } + couplings.map { $0.descriptor }
  }

  /// What the reader of scenarios and the JSON Schema know about every kind.
  public static var descriptors: [ComponentDescriptor] { kinds.map { $0.descriptor } }

  /// Builds the routing that a scenario chose.
  ///
  /// - Parameter chosenModifiers: what changes the routing on its way, the first one innermost; `domains`
  ///   always acts on the trace itself.
  /// - Throws: ``RoutingError`` for a kind or option that does not exist or does not fit the model,
  ///   for a file that cannot be used, and for a modifier of a routing that is fixed token by token.
  public static func make(
    _ spec: ComponentSpec, modifiers chosenModifiers: [ComponentSpec] = [],
    in context: RoutingContext
  ) throws(RoutingError) -> RoutingSource {
    try context.check()
    guard let kind = kinds.first(where: { $0.descriptor.name == spec.kind }) else {
      throw unknown("routing", spec.kind, descriptors)
    }
    let complete = ComponentSpec(kind.descriptor, options: spec.options)
    let plain = try kind.make(complete, in: context)
    guard !chosenModifiers.isEmpty else {
      return RoutingSource(context: context, generator: plain)
    }
    var (law, coupling) = try modifiable(plain, kind: spec.kind, in: context)
    // Domains are those of the trace itself, so they come before what bends its popularity.
    let domains = DomainsModifier.descriptor.name
    let ordered =
      chosenModifiers.filter { $0.kind == domains } + chosenModifiers.filter { $0.kind != domains }
    for chosen in ordered {
      if let kind = couplings.first(where: { $0.descriptor.name == chosen.kind }) {
        kind.couple(ComponentSpec(kind.descriptor, options: chosen.options), &coupling)
        continue
      }
      guard let modifier = modifiers.first(where: { $0.descriptor.name == chosen.kind }) else {
        throw unknown("modifier", chosen.kind, modifierDescriptors)
      }
      let complete = ComponentSpec(modifier.descriptor, options: chosen.options)
      law = try modifier.make(complete, on: law, in: context)
    }
    return RoutingSource(context: context, generator: coupling.generator(law, in: context))
  }

  /// The popularity behind a routing that is drawn from one.
  private static func modifiable(
    _ generator: any RoutingGenerator, kind: String, in context: RoutingContext
  ) throws(RoutingError) -> (any PopularityLaw, TokenCoupling) {
    if let drawn = generator as? DrawnRouting { return (drawn.law, TokenCoupling()) }
    if let coupled = generator as? CoupledRouting { return (coupled.law, coupled.coupling) }
    if generator is UniformRouting {
      return (EvenPopularity(experts: context.model.experts), TokenCoupling())
    }
    throw RoutingError(
      .badOption, "modifiers cannot change '\(kind)' here: it fixes the experts of every token",
      fix: "use a load table or a generator, or leave the modifiers out")
  }

  private static func unknown(
    _ role: String, _ name: String, _ known: [ComponentDescriptor]
  ) -> RoutingError {
    RoutingError(
      .badOption, "there is no \(role) '\(name)'",
      fix: "choose one of \(known.map(\.name).joined(separator: ", "))")
  }
}

/// A routing kind: its description and how it is built.
protocol RoutingKind: Sendable {
  static var descriptor: ComponentDescriptor { get }
  /// Builds the generator; every option of the descriptor that has a default is filled in.
  static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator
}
