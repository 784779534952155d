import TokenRouting

/// A routing profile of the catalogue, as lists show it.
public struct ShippedProfile: Sendable {
  public let id: String
  public let model: String
  public let experts: Int
  /// Hottest over mean expert of the mean popularity curve.
  public let hottestOverMean: Double
  /// What the profile knows beyond popularity, in words.
  public let parts: String
  public let source: String

  /// All profiles, in the order of the catalogue.
  public static var all: [ShippedProfile] {
    ProfileCatalog.entries.map { entry in
      let profile = entry.profile
      let known = [
        ("dispersion", profile.dispersion != nil), ("locality", profile.locality != nil),
        ("affinity", profile.affinity != nil),
      ].filter(\.1).map(\.0)
      return ShippedProfile(
        id: entry.id, model: entry.model, experts: profile.experts,
        hottestOverMean: profile.skew?.hottestOverMean ?? 1,
        parts: known.isEmpty ? "popularity" : "popularity, " + known.joined(separator: ", "),
        source: entry.source)
    }
  }
}
