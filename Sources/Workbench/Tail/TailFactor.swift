/// A reason for slow steps that can be taken away in a counterfactual.
package enum TailFactor: Int, CaseIterable, Sendable {
  case straggler, tokenImbalance, communication, weightTransfer

  /// The word in results.
  package var name: String {
    switch self {
    case .straggler: "straggler"
    case .tokenImbalance: "tokenImbalance"
    case .communication: "communication"
    case .weightTransfer: "weightTransfer"
    }
  }
}

/// The reasons that a counterfactual has taken away.
package struct TailFactors: OptionSet, Hashable, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) { self.rawValue = rawValue }

  package init(_ factor: TailFactor) { rawValue = 1 << factor.rawValue }

  package static let none: TailFactors = []

  package func contains(_ factor: TailFactor) -> Bool { contains(TailFactors(factor)) }

  /// Every set of `factors`, the empty one first.
  ///
  /// - Complexity: O(2ⁿ) in the number of factors, of which there are four at most.
  package static func subsets(of factors: [TailFactor]) -> [TailFactors] {
    factors.reduce([.none]) { sets, factor in sets + sets.map { $0.union(TailFactors(factor)) } }
  }
}

/// Shapley values: how much each factor adds, averaged over the orders in which factors can be
/// taken away, so that what two cause together is split evenly and the sum is the whole.
///
/// - Parameters:
///   - factors: those that can be taken away.
///   - value: what remains once a set of them is; defined for every subset.
/// - Returns: one number for each factor; their sum is `value(none) − value(all)`.
///
/// Source: L. S. Shapley, *A value for n-person games*, Contributions to the Theory of Games II
/// (1953).
package func shapleyValues(
  of factors: [TailFactor], value: (TailFactors) -> Double
) -> [Double] {
  factors.map { factor in
    let others = factors.filter { $0 != factor }
    return TailFactors.subsets(of: others).reduce(0) { sum, removed in
      let size = others.count { removed.contains($0) }
      let weight =
        factorial(size) * factorial(factors.count - size - 1) / factorial(factors.count)
      return sum + weight * (value(removed) - value(removed.union(TailFactors(factor))))
    }
  }
}

private func factorial(_ number: Int) -> Double {
  number < 2 ? 1 : (2...number).reduce(1) { $0 * Double($1) }
}
