extension CostParameters {
  /// The constants Shunt ships, fitted to the public tables.
  public static let shipped = CostParameters(provenance: "not fitted yet", sets: [])
}
