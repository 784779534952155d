/// P-values adjusted for having looked at all of them: in the order given, each comparable with the
/// level directly.
///
/// Rejecting where the adjusted value is below α keeps the chance of even one false rejection
/// below α, however the tests depend on each other. Source: S. Holm, *A simple sequentially
/// rejective multiple test procedure*, Scandinavian Journal of Statistics 6 (1979).
///
/// - Precondition: every value is in 0 ... 1.
/// - Complexity: O(*n* log *n*).
public func holmAdjusted(_ pValues: [Double]) -> [Double] {
  precondition(pValues.allSatisfy((0...1).contains), "A p-value lies between 0 and 1.")
  let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  var adjusted = pValues
  var floor = 0.0
  for (rank, index) in order.enumerated() {
    floor = max(floor, min(1, pValues[index] * Double(pValues.count - rank)))
    adjusted[index] = floor
  }
  return adjusted
}
