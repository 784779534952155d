/// What a placement is judged by; all are minimised.
public enum PlacementObjective: Hashable, Sendable {
  /// Sum over layers of the largest rank load of the mean loads (tokens).
  case balance
  /// Sum over layers of the mean over samples of the largest rank load (tokens).
  case expected
  /// As `expected`, with the mean of the worst ⌈tailFraction · samples⌉ (tokens).
  case conditionalValueAtRisk(tailFraction: Double)
  /// Sum over layer boundaries and rank pairs of cost times flow (ns), loads capped per layer.
  case traffic(layerLoadCaps: [Double])
  /// Compute time of the busiest rank plus communication of the busiest rank, over layers (ns).
  case joint

  /// The word in problem files.
  public var name: String {
    switch self {
    case .balance: "balance"
    case .expected: "expected"
    case .conditionalValueAtRisk: "cvar"
    case .traffic: "traffic"
    case .joint: "joint"
    }
  }

  /// Whether flows between layers count, which couples consecutive layers.
  public var couplesLayers: Bool {
    switch self {
    case .traffic, .joint: true
    case .balance, .expected, .conditionalValueAtRisk: false
    }
  }

  /// Whether single batches count instead of their mean.
  public var usesSamples: Bool {
    switch self {
    case .expected, .conditionalValueAtRisk: true
    case .balance, .traffic, .joint: false
    }
  }
}

/// How the tokens of an expert with several copies are divided among them.
public enum ReplicaSplit: String, Hashable, Sendable {
  /// Each of *r* copies computes 1/*r* of the tokens.
  case even
  /// Each source rank sends to one copy: its own, else one in its node, else any, by rank number.
  case `static`
  /// Tokens are divided so that the busiest rank has as little as possible.
  case leastLoaded
}

/// How several load sets become one number.
public enum LoadSetCombination: String, Hashable, Sendable, CaseIterable {
  /// The largest, layer by layer.
  case worst
  /// The mean with the sets' weights.
  case weighted
}

/// The loads of one workload among several that a placement must serve.
public struct LoadSet: Hashable, Sendable {
  public var name: String
  /// Relative importance with ``LoadSetCombination/weighted``.
  public var weight: Double
  /// Tokens by layer and expert.
  public var loads: [[Double]]

  public init(name: String, weight: Double, loads: [[Double]]) {
    self.name = name
    self.weight = weight
    self.loads = loads
  }
}

/// Tokens that go from an expert of one layer to an expert of the next.
public struct ExpertTransition: Hashable, Sendable {
  public var source: Int
  public var destination: Int
  public var tokens: Double

  public init(source: Int, destination: Int, tokens: Double) {
    self.source = source
    self.destination = destination
    self.tokens = tokens
  }
}

/// Nanoseconds that one routed token costs.
public struct TokenCosts: Hashable, Sendable {
  public var computeNanoseconds: Double
  public var intraNodeNanoseconds: Double
  public var interNodeNanoseconds: Double

  public init(
    computeNanoseconds: Double, intraNodeNanoseconds: Double, interNodeNanoseconds: Double
  ) {
    self.computeNanoseconds = computeNanoseconds
    self.intraNodeNanoseconds = intraNodeNanoseconds
    self.interNodeNanoseconds = interNodeNanoseconds
  }
}

/// An expert of a layer that must keep the ranks it has in the current placement.
public struct ProtectedExpert: Hashable, Sendable {
  public var layer: Int
  public var expert: Int

  public init(layer: Int, expert: Int) {
    self.layer = layer
    self.expert = expert
  }
}
