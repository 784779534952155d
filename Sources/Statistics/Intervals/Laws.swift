private import CGSL

/// Student's t distribution.
enum StudentT {
  /// The value below which the share `probability` lies.
  ///
  /// - Precondition: `degrees` is positive and 0 < `probability` < 1.
  static func quantile(_ probability: Double, degrees: Double) -> Double {
    GSL.ready
    return gsl_cdf_tdist_Pinv(probability, degrees)
  }

  /// The chance of a value at least as far from zero as `statistic`.
  ///
  /// Far out by the incomplete beta function: GSL's own tail takes a Cornish-Fisher expansion above
  /// 30 degrees, which loses six digits there (measured against mpmath). Near zero it is the better
  /// one, where the beta function's argument rounds to 1.
  static func twoSidedTail(_ statistic: Double, degrees: Double) -> Double {
    GSL.ready
    let distance = abs(statistic)
    if distance < 2 { return min(1, 2 * gsl_cdf_tdist_Q(distance, degrees)) }
    return gsl_cdf_beta_P(degrees / (degrees + distance * distance), degrees / 2, 0.5)
  }

  /// The factor that turns a standard error into half the width of a two-sided interval.
  static func twoSidedFactor(confidence: Double, degrees: Double) -> Double {
    quantile(1 - (1 - confidence) / 2, degrees: degrees)
  }
}

/// The standard normal distribution.
enum StandardNormal {
  static func cumulative(_ value: Double) -> Double {
    GSL.ready
    return gsl_cdf_ugaussian_P(value)
  }

  static func quantile(_ probability: Double) -> Double {
    GSL.ready
    return gsl_cdf_ugaussian_Pinv(probability)
  }
}

/// The binomial distribution.
enum Binomial {
  /// The chance of at most `successes`; 0 for a negative number of them.
  static func cumulative(_ successes: Int, trials: Int, probability: Double) -> Double {
    GSL.ready
    if successes < 0 { return 0 }
    return gsl_cdf_binomial_P(UInt32(min(successes, trials)), probability, UInt32(trials))
  }
}
