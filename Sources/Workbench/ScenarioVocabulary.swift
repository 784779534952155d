public import Scenarios
import Strategies
import TokenRouting

/// The reader of scenarios with every kind of routing, placement and strategy there is.
public enum ScenarioVocabulary {
  public static let reader = ScenarioReader(
    routings: RoutingCatalog.descriptors, modifiers: RoutingCatalog.modifierDescriptors,
    placements: PlacementKinds.descriptors,
    strategies: StrategyCatalog.descriptors)

  /// The JSON Schema of scenarios.
  public static var schema: String {
    ScenarioSchema.json(
      routings: RoutingCatalog.descriptors, modifiers: RoutingCatalog.modifierDescriptors,
      placements: PlacementKinds.descriptors, strategies: StrategyCatalog.descriptors)
  }
}
