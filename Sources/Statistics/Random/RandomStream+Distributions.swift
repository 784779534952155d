private import CGSL

extension RandomStream {
  /// A normal draw (GSL's ziggurat).
  ///
  /// - Precondition: `standardDeviation` is finite and not negative.
  public mutating func normal(mean: Double = 0, standardDeviation: Double = 1) -> Double {
    precondition(
      standardDeviation >= 0 && standardDeviation.isFinite,
      "A standard deviation is finite and not negative.")
    return mean + withGSL { gsl_ran_gaussian_ziggurat($0, standardDeviation) }
  }

  /// An exponential draw with the given mean.
  ///
  /// - Precondition: `mean` is finite and positive.
  public mutating func exponential(mean: Double) -> Double {
    precondition(mean > 0 && mean.isFinite, "An exponential mean is finite and positive.")
    return withGSL { gsl_ran_exponential($0, mean) }
  }

  /// A gamma draw with mean `shape` × `scale` (Marsaglia and Tsang's method).
  ///
  /// - Precondition: both are finite and positive.
  public mutating func gamma(shape: Double, scale: Double = 1) -> Double {
    precondition(
      shape > 0 && shape.isFinite && scale > 0 && scale.isFinite,
      "A gamma distribution has a finite, positive shape and scale.")
    return withGSL { gsl_ran_gamma($0, shape, scale) }
  }

  /// Shares of one drawn from the Dirichlet distribution; they sum to 1 up to rounding.
  ///
  /// - Precondition: `concentrations` is not empty, each finite and positive.
  /// - Complexity: O(*k*) in the number of shares.
  public mutating func dirichlet(concentrations: [Double]) -> [Double] {
    precondition(!concentrations.isEmpty, "A Dirichlet draw needs at least one share.")
    precondition(
      concentrations.allSatisfy { $0 > 0 && $0.isFinite },
      "Dirichlet concentrations are finite and positive.")
    var shares = [Double](repeating: 0, count: concentrations.count)
    withGSL { gsl_ran_dirichlet($0, concentrations.count, concentrations, &shares) }
    return shares
  }

  /// How many of `trials` succeed when each does so with `probability`.
  ///
  /// - Precondition: 0 ≤ `trials` < 2³¹ and `probability` is in 0 ... 1.
  public mutating func binomial(trials: Int, probability: Double) -> Int {
    precondition(
      (0...Int(Int32.max)).contains(trials), "A binomial draw has 0 to 2³¹ − 1 trials.")
    precondition((0...1).contains(probability), "A probability lies between 0 and 1.")
    return withGSL { Int(gsl_ran_binomial($0, probability, UInt32(trials))) }
  }

  /// A Poisson draw.
  ///
  /// - Precondition: `mean` is in 0 ... 10⁹.
  public mutating func poisson(mean: Double) -> Int {
    precondition((0...1e9).contains(mean), "A Poisson mean lies between 0 and 10⁹.")
    return mean == 0 ? 0 : withGSL { Int(gsl_ran_poisson($0, mean)) }
  }
}
