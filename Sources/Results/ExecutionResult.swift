/// How the plans of a result were carried out for real.
public struct ExecutionResult: Hashable, Sendable, Codable {
  /// `virtual`: every rank's work was measured alone and composed on the simulator's clock.
  /// `concurrent`: ranks ran side by side and the wall clock was read.
  public let timing: String
  /// `inprocess` or `mpi`.
  public let transport: String
  /// The processor whose cores stood for accelerators.
  public let processor: String
  /// The matrix library's own description.
  public let library: String
  public let repetitions: Int
  /// Median over steps and cells of half the distance of the repetitions' quartiles over their
  /// median.
  public let noise: Double
  /// What was made smaller so that this machine can do it; empty where nothing was.
  public let scaling: [String]
  /// Tokens whose results were held against a plain computation.
  public let checkedTokens: Int
  /// The largest relative difference found, and what rounding may come to.
  public let largestError: Double
  public let tolerance: Double
  /// Layers whose routing no top-k gate can make, and was given to the experts as it is.
  public let imposedLayers: [Int]
  /// Pairs of cells whose measured order stands out from the noise, and how many of them were
  /// predicted in that order.
  public let comparedPairs: Int
  public let rankedAsMeasured: Int
  /// The engine's own share of a step's work: everything but operations and messages.
  public var engineShare: Double?
  /// Runs whose outputs and gradients were held against another cell's of the same tokens, and the
  /// largest distance found, as a share of the results as a vector.
  public var comparedRuns: Int?
  public var largestDistance: Double?

  public init(
    timing: String, transport: String, processor: String, library: String, repetitions: Int,
    noise: Double, scaling: [String], checkedTokens: Int, largestError: Double, tolerance: Double,
    imposedLayers: [Int], comparedPairs: Int, rankedAsMeasured: Int
  ) {
    self.timing = timing
    self.transport = transport
    self.processor = processor
    self.library = library
    self.repetitions = repetitions
    self.noise = noise
    self.scaling = scaling
    self.checkedTokens = checkedTokens
    self.largestError = largestError
    self.tolerance = tolerance
    self.imposedLayers = imposedLayers
    self.comparedPairs = comparedPairs
    self.rankedAsMeasured = rankedAsMeasured
  }
}

/// Results of one kind, such as the gradients of weights, in two numbers that tell runs apart: as a
/// vector, projected on fixed random signs, and its length.
public struct FingerprintResult: Hashable, Sendable, Codable {
  public let projection: Double
  public let length: Double

  public init(projection: Double, length: Double) {
    self.projection = projection
    self.length = length
  }
}

/// Seconds of one kind of operation, added up over ranks; means over steps.
public struct KindSecondsResult: Hashable, Sendable, Codable {
  public let predicted: Double
  public let measured: Double

  public init(predicted: Double, measured: Double) {
    self.predicted = predicted
    self.measured = measured
  }
}
