internal import Domain
internal import Statistics

/// A change to how popular experts are, put on top of a routing kind.
protocol RoutingModifier: PopularityLaw {
  static var descriptor: ComponentDescriptor { get }
  /// `law` under this modifier; every option of the descriptor that has a default is filled in.
  static func make(
    _ spec: ComponentSpec, on law: any PopularityLaw, in context: RoutingContext
  ) throws(RoutingError) -> any PopularityLaw
}

/// The same popularity for all experts; what `uniform` is when something modifies it.
struct EvenPopularity: PopularityLaw {
  let experts: Int

  func popularity(at position: Int, step: Int) -> Popularity {
    Popularity(shares: [Double](repeating: 1 / Double(experts), count: experts))
  }
}

extension Popularity {
  /// Every row of shares changed by `change`.
  func mapShares(_ change: ([Double]) -> [Double]) -> Popularity {
    var result = self
    result.shares = shares.map(change)
    return result
  }

  /// The shares that `rank` follows.
  func shares(of rank: Int) -> [Double] { shares[populationOfRank?[rank] ?? 0] }
}

/// Shares that scatter around `mean` as a Dirichlet draw of this `precision` does.
///
/// A share *p* has the variance p (1 − p) / (precision + 1); experts without a share keep none.
func scattered(
  _ mean: [Double], precision: Double, with stream: inout RandomStream
) -> [Double] {
  let drawn = mean.map { $0 > 0 ? stream.gamma(shape: max($0 * precision, 1e-9)) : 0 }
  let sum = drawn.reduce(0, +)
  return sum > 0 && sum.isFinite ? drawn.map { $0 / sum } : mean
}
