internal import Diagnostics
internal import Domain

/// Reads `routing`: a kind and, beside it, what changes the routing on its way.
struct RoutingRules {
  let reading: Reading

  /// The key that stands beside the kind.
  static let modifiers = "modifiers"

  private var kinds: ComponentRules {
    ComponentRules(kinds: reading.vocabulary.routings, role: "routing", reading: reading)
  }

  func read(
    _ item: YAMLItem?, in root: MappingReader
  ) -> (routing: ComponentSpec, modifiers: [ComponentSpec])? {
    guard let item else {
      let uniform = kinds.byDefault("uniform", path: root.path("routing"))
      return uniform.map { ($0, []) }
    }
    let routing = kinds.one(item, below: item.path, extra: [Self.modifiers])
    let members = item.members ?? []
    let given = members.first { $0.key == Self.modifiers }?.value
    let modifiers = given.map { self.modifiers($0) } ?? []
    guard let routing else { return nil }
    reading.assumeGiven(item, routing.kind)
    return (routing, modifiers)
  }

  /// Modifiers as a list, a mapping of several, or one word.
  private func modifiers(_ item: YAMLItem) -> [ComponentSpec] {
    let rules = ComponentRules(
      kinds: reading.vocabulary.modifiers, role: "modifier", reading: reading)
    guard item.members != nil else { return rules.list(item) }
    return item.pairs.compactMap { rules.one($0, below: item.path) }
  }
}
