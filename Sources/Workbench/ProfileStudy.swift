import Foundation
import Quantities
import Results
import TokenRouting

/// A routing trace described: skew, dispersion, locality, affinity, drift.
public struct ProfileStudy: Sendable {
  private let profile: RoutingProfile

  /// Reads a trace.
  ///
  /// - Parameters:
  ///   - key: the workload or domain whose rows are read.
  ///   - topK: experts a token uses; 8 where neither table nor caller say it.
  /// - Throws: ``WorkbenchError`` with the place of what is wrong in the file.
  public init(file: String, key: String?, topK: Int?) throws(WorkbenchError) {
    do {
      profile = try RoutingProfile(path: file, topK: max(1, topK ?? 8), key: key)
    } catch {
      throw WorkbenchError(error, scenario: file)
    }
  }

  /// The profile as JSON with sorted keys, as `routing: { profile: FILE.json }` reads it.
  public var json: String { profile.json }

  /// The profile for people.
  public var text: String {
    var lines = [
      "\(profile.file)   \(profile.format), \(profile.layers) layers × \(profile.experts) experts"
    ]
    func add(_ name: String, _ value: String) {
      lines.append("  " + name.padding(toLength: 34, withPad: " ", startingAt: 0) + value)
    }
    if let skew = profile.skew {
      add("hottest expert / mean", QuantityFormat.significant(skew.hottestOverMean))
      add("coefficient of variation", QuantityFormat.significant(skew.coefficientOfVariation))
      for row in skew.imbalance {
        add(
          "busiest / mean of \(row.ranks) ranks",
          """
          \(QuantityFormat.fixed(row.contiguous, decimals: 2)) contiguous, \
          \(QuantityFormat.fixed(row.balanced, decimals: 2)) balanced, \
          \(QuantityFormat.fixed(row.lowerBound, decimals: 2)) at best
          """)
      }
    }
    if let dispersion = profile.dispersion {
      add(
        "variance between windows",
        "\(QuantityFormat.significant(dispersion.varianceOverMultinomial)) × that of counting")
    }
    if let drift = profile.drift {
      add(
        "correlation with the window before",
        QuantityFormat.fixed(drift.correlationWithPrevious, decimals: 2))
    }
    if let locality = profile.locality {
      add(
        "F1 of one set for \(locality.tokens) tokens",
        """
        \(QuantityFormat.percent(locality.f1)) (\(QuantityFormat.percent(locality.f1Shuffled)) \
        in shuffled order)
        """)
    }
    if let affinity = profile.affinity {
      add(
        "likeliest successor / chance", QuantityFormat.significant(affinity.successorOverChance))
    }
    return lines.joined(separator: "\n")
  }
}
