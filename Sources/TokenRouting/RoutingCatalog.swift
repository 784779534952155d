public import Domain

/// The routing kinds that a scenario can name, and the modifiers it can add.
///
/// A new kind is one file that conforms to ``RoutingKind`` and one line here.
public enum RoutingCatalog {
  /// In the order they are documented.
  static let kinds: [any RoutingKind.Type] = [
    UniformRouting.self, ZipfRouting.self, PowerLawRouting.self, DirichletRouting.self,
    HotExpertRouting.self, TraceRouting.self,
  ]

  /// What the reader of scenarios and the JSON Schema know about every kind.
  public static var descriptors: [ComponentDescriptor] { kinds.map { $0.descriptor } }

  /// Builds the routing that a scenario chose.
  ///
  /// - Throws: ``RoutingError`` for a kind or option that does not exist or does not fit the model,
  ///   and for a file that cannot be used.
  public static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> RoutingSource {
    try context.check()
    guard let kind = kinds.first(where: { $0.descriptor.name == spec.kind }) else {
      let names = descriptors.map(\.name).joined(separator: ", ")
      throw RoutingError(
        .badOption, "there is no routing '\(spec.kind)'", fix: "choose one of \(names)")
    }
    let complete = ComponentSpec(kind.descriptor, options: spec.options)
    return RoutingSource(context: context, generator: try kind.make(complete, in: context))
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
