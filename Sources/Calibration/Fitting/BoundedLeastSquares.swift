private import CGSL
private import RealModule

/// Robust nonlinear least squares with bounds, by GSL's trust-region method.
///
/// A constant θ between its bounds is searched as x with θ = lower + (upper − lower) · s(x), s the
/// logistic function, on a logarithmic axis where the constant is a factor. Outliers are weighed
/// down by Cauchy weights 1 / (1 + (r / scale)²), found by repeating the fit a few times. A weak
/// pull towards the start keeps constants that the rows do not determine where they were.
struct BoundedLeastSquares {
  /// What a fit found.
  struct Solution: Sendable {
    var values: [Double]
    /// Half-widths of 95 % intervals: factors less one, or differences.
    var uncertainty: [Double]
    var cost: Double
  }

  struct Failure: Error, Sendable {
    var message: String
  }

  var axes: [Axis]
  /// Residuals beyond this size count as outliers.
  var outlierScale = 0.08
  /// Standard deviation of the pull towards the start, in units of x.
  var pull = 4.0
  var rounds = 4
  var iterations = 40

  /// Minimises the residuals of `model` from `start`.
  ///
  /// - Parameter model: the residuals (here ln(predicted / measured)) for constant values.
  func solve(
    residuals count: Int, from start: [Double], _ model: @escaping ([Double]) -> [Double]
  ) throws(Failure) -> Solution {
    gsl_set_error_handler_off()
    let origin = zip(axes, start).map { $0.0.position(of: $0.1) }
    var problem = Problem(
      axes: axes, origin: origin, model: model, weights: Array(repeating: 1, count: count),
      outlierScale: outlierScale, pull: pull)
    var positions = origin
    var deviations = [Double](repeating: 0, count: origin.count)
    for _ in 0..<rounds {
      (positions, deviations) = try Self.minimise(
        &problem, from: positions, iterations: iterations)
      problem.reweigh(at: positions)
    }
    let values = zip(axes, positions).map { $0.0.value(at: $0.1) }
    let uncertainty = zip(axes, zip(positions, deviations)).map {
      $0.0.halfWidth(at: $0.1.0, deviation: 1.96 * $0.1.1)
    }
    return Solution(
      values: values, uncertainty: uncertainty, cost: problem.robustCost(at: positions))
  }

  private static func minimise(
    _ problem: inout Problem, from start: [Double], iterations: Int
  ) throws(Failure) -> (positions: [Double], deviations: [Double]) {
    let size = start.count
    let total = problem.weights.count + size
    guard let workspace = shunt_trust_region_workspace(total, size),
      let initial = gsl_vector_alloc(size), let covariance = gsl_matrix_alloc(size, size)
    else { throw Failure(message: "no memory for a fit of \(total) residuals") }
    defer {
      gsl_multifit_nlinear_free(workspace)
      gsl_vector_free(initial)
      gsl_matrix_free(covariance)
    }
    for (index, value) in start.enumerated() { gsl_vector_set(initial, index, value) }
    return try withUnsafeMutablePointer(to: &problem) {
      (pointer: UnsafeMutablePointer<Problem>) throws(Failure) in
      var system = gsl_multifit_nlinear_fdf()
      system.f = evaluate
      system.n = total
      system.p = size
      system.params = UnsafeMutableRawPointer(pointer)
      var status = gsl_multifit_nlinear_init(initial, &system, workspace)
      guard status == Int32(GSL_SUCCESS) else { throw failure(status) }
      var reason: Int32 = 0
      status = gsl_multifit_nlinear_driver(
        iterations, 1e-5, 1e-8, 1e-8, nil, nil, &reason, workspace)
      let acceptable = [Int32(GSL_SUCCESS), Int32(GSL_EMAXITER), Int32(GSL_ENOPROG)]
      guard acceptable.contains(status) else { throw failure(status) }
      let found = gsl_multifit_nlinear_position(workspace)
      let positions = (0..<size).map { gsl_vector_get(found, $0) }
      gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(workspace), 0, covariance)
      let freedom = Double(max(1, pointer.pointee.weights.count - size))
      let variance = pointer.pointee.squaredSum(at: positions) / freedom
      let deviations = (0..<size).map {
        Double.sqrt(max(0, gsl_matrix_get(covariance, $0, $0) * variance))
      }
      return (positions, deviations)
    }
  }

  private static func failure(_ status: Int32) -> Failure {
    Failure(message: "GSL could not fit: \(String(cString: gsl_strerror(status)))")
  }

  private static let evaluate:
    @convention(c) (
      UnsafePointer<gsl_vector>?, UnsafeMutableRawPointer?, UnsafeMutablePointer<gsl_vector>?
    ) -> Int32 = { position, parameters, output in
      guard let position, let parameters, let output else { return Int32(GSL_EFAULT) }
      let problem = parameters.assumingMemoryBound(to: Problem.self)
      let positions = (0..<position.pointee.size).map { gsl_vector_get(position, $0) }
      for (index, residual) in problem.pointee.weighedResiduals(at: positions).enumerated() {
        gsl_vector_set(output, index, residual)
      }
      return Int32(GSL_SUCCESS)
    }
}

/// What GSL minimises: weighed residuals, then the pull on every constant.
private struct Problem {
  var axes: [BoundedLeastSquares.Axis]
  var origin: [Double]
  var model: ([Double]) -> [Double]
  var weights: [Double]
  var outlierScale: Double
  var pull: Double

  private func residuals(at positions: [Double]) -> [Double] {
    model(zip(axes, positions).map { $0.0.value(at: $0.1) }).map {
      $0.isFinite ? max(-20, min(20, $0)) : 20
    }
  }

  func weighedResiduals(at positions: [Double]) -> [Double] {
    let own = zip(residuals(at: positions), weights).map { $0.0 * $0.1 / outlierScale }
    return own + zip(positions, origin).map { ($0.0 - $0.1) / pull }
  }

  func squaredSum(at positions: [Double]) -> Double {
    weighedResiduals(at: positions).prefix(weights.count).reduce(0) { $0 + $1 * $1 }
  }

  mutating func reweigh(at positions: [Double]) {
    weights = residuals(at: positions).map {
      Double.sqrt(1 / (1 + ($0 / outlierScale) * ($0 / outlierScale)))
    }
  }

  func robustCost(at positions: [Double]) -> Double {
    residuals(at: positions).reduce(0) {
      $0 + Double.log(1 + ($1 / outlierScale) * ($1 / outlierScale))
    }
  }
}
