private import RealModule

/// What a release makes of an engine's time.
public struct ReleaseFactor: Hashable, Sendable {
  public var name: String
  /// Measured time over the time that the engine's constants alone give.
  public var factor: Double
  /// Rows it was taken from.
  public var rows: Int
}

/// Factors of releases: the median of what a fit leaves of their rows.
///
/// Releases differ in tuning, and some run speculatively, which yields several tokens a step and
/// stands in no column. A factor is drawn towards 1 where rows are few.
struct ReleaseFactors {
  private(set) var values: [String: Double] = [:]
  private var counts: [String: Int] = [:]

  /// Rows with which a factor counts half.
  private static let halfTrust = 2.0
  private static let range = 0.3...3.0

  init() {}

  /// - Parameters:
  ///   - names: the release of every row.
  ///   - remainders: ln(measured / predicted) of every row without any factor.
  init(names: [String], remainders: [Double]) {
    var members: [String: [Double]] = [:]
    for (name, rest) in zip(names, remainders) { members[name, default: []].append(rest) }
    counts = members.mapValues(\.count)
    values = members.mapValues { rests in
      let trust = Double(rests.count) / (Double(rests.count) + Self.halfTrust)
      let factor = Double.exp(trust * Quantile.of(rests, 0.5))
      return min(max(factor, Self.range.lowerBound), Self.range.upperBound)
    }
  }

  /// 1 for a release that no row is of.
  subscript(name: String) -> Double { values[name] ?? 1 }

  /// All factors, sorted by name.
  var list: [ReleaseFactor] {
    values.keys.sorted().map {
      ReleaseFactor(name: $0, factor: self[$0], rows: counts[$0] ?? 0)
    }
  }
}
