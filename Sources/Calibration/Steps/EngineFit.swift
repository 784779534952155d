import CostModels
private import RealModule

/// The constants of one engine and the factors of its releases, found in turns.
///
/// The constants are fitted with the releases' factors held, then each factor is taken from what
/// remains; four turns settle both.
struct EngineFit {
  let constants: ConstantSet
  let releases: [ReleaseFactor]

  private static let turns = 4
  /// Fewest rows worth a fit.
  private static let fewest = 12

  /// - Parameters:
  ///   - formula: gives the constants and their ranges.
  ///   - names: the release of every row.
  ///   - measured: seconds of every row.
  ///   - times: seconds of every row for constant values, no release counted.
  init<Formula: CalibratedFormula>(
    _ formula: Formula.Type, variant: String, releases names: [String], measured: [Double],
    times: @escaping ([Double]) -> [EngineTime]
  ) throws(BoundedLeastSquares.Failure) {
    guard names.count >= Self.fewest else {
      throw .init(message: "\(names.count) rows are fewer than \(Self.fewest)")
    }
    var solver = BoundedLeastSquares(
      axes: Formula.constants.map(BoundedLeastSquares.Axis.init))
    solver.outlierScale = 0.2
    var factors = ReleaseFactors()
    func residuals(_ values: [Double]) -> [Double] {
      let predicted = zip(names, times(values)).map { factors[$0].seconds($1) }
      return zip(predicted, measured).map { Double.log($0 / $1) }
    }
    var found = try solver.solve(
      residuals: names.count, from: Formula.startingValues, residuals)
    for _ in 0..<Self.turns {
      factors = ReleaseFactors(names: names, measured: measured, times: times(found.values))
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
