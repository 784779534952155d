import CostModels
private import RealModule

/// The constants of one engine and the factors of its releases, found in turns.
///
/// The constants are fitted with the releases' factors held, then each factor is taken from what
/// remains; three turns settle both.
struct EngineFit {
  let constants: ConstantSet
  let releases: [ReleaseFactor]

  private static let turns = 3
  /// Fewest rows worth a fit.
  private static let fewest = 12

  /// - Parameters:
  ///   - formula: gives the constants and their ranges.
  ///   - names: the release of every row.
  ///   - remainder: ln(measured / predicted) of every row for constant values, no release counted.
  init<Formula: CalibratedFormula>(
    _ formula: Formula.Type, variant: String, releases names: [String],
    remainder: @escaping ([Double]) -> [Double]
  ) throws(BoundedLeastSquares.Failure) {
    guard names.count >= Self.fewest else {
      throw .init(message: "\(names.count) rows are fewer than \(Self.fewest)")
    }
    var solver = BoundedLeastSquares(
      axes: Formula.constants.map(BoundedLeastSquares.Axis.init))
    solver.outlierScale = 0.2
    var factors = ReleaseFactors()
    func residuals(_ values: [Double]) -> [Double] {
      zip(names, remainder(values)).map { Double.log(factors[$0]) - $1 }
    }
    var found = try solver.solve(
      residuals: names.count, from: Formula.startingValues, residuals)
    for _ in 0..<Self.turns {
      factors = ReleaseFactors(names: names, remainders: remainder(found.values))
      found = try solver.solve(residuals: names.count, from: found.values, residuals)
    }
    let errors = residuals(found.values).map { abs(Double.exp($0) - 1) }
    constants = ConstantSet(
      formula: Formula.name, accelerator: "", architecture: "", variant: variant,
      values: found.values, uncertainty: found.uncertainty, rows: names.count,
      medianError: Quantile.of(errors, 0.5))
    releases = factors.list
  }
}
