import Quantities
import Workbench

/// The rows of `shunt catalog profiles`.
enum ProfileList {
  static func rows(withSources: Bool) -> [[String]] {
    ShippedProfile.all.map { entry in
      [
        entry.id, entry.model, "\(entry.experts) experts",
        "hottest \(QuantityFormat.significant(entry.hottestOverMean)) × mean", entry.parts,
      ] + (withSources ? [entry.source] : [])
    }
  }
}
