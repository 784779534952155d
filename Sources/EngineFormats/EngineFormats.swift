/// The file forms of other tools that Shunt reads and writes.
public enum EngineFormats {
  /// Forms of placements, in the order they are documented.
  public static let placements: [any PlacementFormat.Type] = [
    SGLangMap.self, TensorRTMap.self, AscendMap.self, EPLBMap.self,
  ]

  /// Forms of recorded loads, in the order they are documented.
  public static let loads: [any LoadFormat.Type] = [
    SGLangLoads.self, EPLBLoads.self, TensorRTLoads.self, TokenChoiceLoads.self,
  ]

  /// The placement form called `name`.
  public static func placement(named name: String) -> (any PlacementFormat.Type)? {
    placements.first { $0.name == name }
  }

  /// The form of loads called `name`.
  public static func loads(named name: String) -> (any LoadFormat.Type)? {
    loads.first { $0.name == name }
  }
}
