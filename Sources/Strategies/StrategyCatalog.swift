public import Domain

/// Every strategy that scenarios can name.
public enum StrategyCatalog {
  /// The strategies in the order that documentation lists them.
  public static let all: [any Strategy.Type] = [
    ExpertParallelism.self,
    LeastLoadedParallelism.self,
    NodeAwareLeastLoaded.self,
    LocalLeastLoaded.self,
    PrefetchedLeastLoaded.self,
    CachedLeastLoaded.self,
    FullyShardedExperts.self,
    CapacityLimit.self,
    ProgrammedReplicas.self,
    DynamicEPLB.self,
    Shadowing.self,
    SmartRearrangement.self,
    FlexibleReplication.self,
  ]

  /// What scenarios can say about each strategy.
  public static var descriptors: [ComponentDescriptor] { all.map { $0.descriptor } }

  /// The strategy that a scenario chose.
  ///
  /// - Throws: ``StrategyError`` for an unknown name or options that contradict each other.
  public static func make(_ spec: ComponentSpec) throws(StrategyError) -> any Strategy {
    guard let type = all.first(where: { $0.descriptor.name == spec.kind }) else {
      let names = descriptors.map(\.name).joined(separator: ", ")
      throw StrategyError("no strategy '\(spec.kind)'; there are \(names)")
    }
    return try type.init(spec)
  }
}
