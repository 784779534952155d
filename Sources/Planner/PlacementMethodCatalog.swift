/// The placement methods by name: a new one is a file and a line here.
public enum PlacementMethodCatalog {
  static let methods: [any PlacementMethod.Type] = [
    ContiguousMethod.self, RoundRobinMethod.self, BalancedMethod.self, EPLBMethod.self,
    MoETunerMethod.self, NaiveILPMethod.self, ILPMethod.self,
  ]

  /// Names and one-line summaries, in the order of the catalogue.
  public static var entries: [(name: String, summary: String)] {
    methods.map { ($0.name, $0.summary) }
  }

  static func method(named name: String) throws(PlacementError) -> any PlacementMethod {
    guard let type = methods.first(where: { $0.name == name }) else {
      throw PlacementError(
        .invalidValue, at: "method", "'\(name)' is unknown",
        remedy: "use one of \(methods.map { $0.name }.joined(separator: ", "))")
    }
    return type.init()
  }
}
