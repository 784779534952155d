/// How the largest rank loads of several samples become one number.
enum RiskMeasure: Hashable, Sendable {
  /// The mean with these weights, which sum to 1.
  case mean([Double])
  /// The mean of this many largest.
  case tail(Int)

  /// - Precondition: As many values as weights, or at least the tail's count.
  func value(of maxima: [Double]) -> Double {
    switch self {
    case .mean(let weights): return zip(weights, maxima).reduce(0) { $0 + $1.0 * $1.1 }
    case .tail(let count):
      return maxima.sorted(by: >).prefix(count).reduce(0, +) / Double(count)
    }
  }
}

/// The token loads that one layer's placement is judged by.
struct LayerLoads: Sendable {
  /// Tokens by sample and expert.
  let rows: [[Double]]
  let risk: RiskMeasure

  init(rows: [[Double]], risk: RiskMeasure) {
    self.rows = rows
    self.risk = risk
  }

  init(_ problem: PlacementProblem, layer: Int) {
    if !problem.loadSets.isEmpty {
      rows = problem.loadSets.map { $0.loads[layer] }
      let total = problem.loadSets.reduce(0) { $0 + $1.weight }
      switch problem.loadSetCombination {
      case .worst: risk = .tail(1)
      case .weighted:
        let equal = 1 / Double(problem.loadSets.count)
        risk = .mean(problem.loadSets.map { total > 0 ? $0.weight / total : equal })
      }
    } else if problem.objective.usesSamples {
      rows = problem.samples.map { $0[layer] }
      risk = Self.risk(of: problem.objective, samples: rows.count)
    } else {
      rows = [problem.loads[layer]]
      risk = .mean([1])
    }
  }

  private static func risk(of objective: PlacementObjective, samples: Int) -> RiskMeasure {
    if case .conditionalValueAtRisk(let fraction) = objective {
      // The scorer's rounding guard: 0.25 of 8 is 2, whatever the product's last bit.
      let count = (fraction * Double(samples) - 1e-9).rounded(.up)
      return .tail(max(1, Int(count)))
    }
    return .mean(Array(repeating: 1 / Double(samples), count: samples))
  }
}
