@testable import Statistics

/// The inputs of scripts/reference-statistics.py, made again with the same exact arithmetic.
struct ReferenceInput: Sendable {
  enum Kind: Sendable { case light, heavy }
  let kind: Kind
  let count: Int
  let salt: Int

  init(_ kind: Kind, _ count: Int, _ salt: Int) {
    self.kind = kind
    self.count = count
    self.salt = salt
  }

  var values: [Double] {
    (0..<count).map { index in
      let u = Double((salt * index * index + 7919 * index + 12345) % 10007) / 10007
      switch kind {
      case .light: return 20 + 10 * u + 5 * u * u * u
      case .heavy: return 1 / (1 - u).squareRoot()
      }
    }
  }
}

struct SummaryRow: Sendable {
  let input: ReferenceInput
  let mean: Double
  let standardDeviation: Double
  let quantiles: [Double]
  let mean95: [Double]
  let exactQuantiles95: [Double?]
}

struct ComparisonRow: Sendable {
  let baseline: ReferenceInput
  let candidate: ReferenceInput
  let shift: Double
  let difference: Double
  let pValue: Double
  let difference95: [Double]
  let speedup: Double
  let speedup95: [Double]
}

struct BootstrapRow: Sendable {
  let statistic: String
  let estimate: Double
  let replicates: [Double]
  let leaveOneOut: [Double]
  let interval90: [Double]
}

struct ParetoRow: Sendable {
  let input: ReferenceInput
  let threshold: Double
  let shape: Double
  let scale: Double
  let distance: Double
  let survivalAt2: Double
  let excessAt1In1000: Double
}

struct HistogramRow: Sendable {
  let input: ReferenceInput
  let bins: Int?
  let counts: [Int]
  let firstEdge: Double
  let secondEdge: Double
}

struct BatchRow: Sendable {
  let input: ReferenceInput
  let batches: Int
  let mean: Double
  let mean95: [Double]
  let effective: Double
  let correlation: Double
}

/// Whether two numbers agree to `tolerance` of the larger.
func agree(_ first: Double?, _ second: Double?, within tolerance: Double = 1e-9) -> Bool {
  switch (first, second) {
  case (nil, nil): true
  case (let first?, let second?):
    abs(first - second) <= tolerance * max(abs(first), abs(second), 1e-300)
  default: false
  }
}

func agree(_ interval: ConfidenceInterval?, _ ends: [Double?], within tolerance: Double = 1e-9)
  -> Bool
{
  agree(interval?.lower, ends[0], within: tolerance)
    && agree(interval?.upper, ends[1], within: tolerance)
}
