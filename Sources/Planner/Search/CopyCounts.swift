/// How many copies each expert gets.
enum CopyCounts {
  /// One copy each, then again and again one for the expert whose copies have most to do.
  ///
  /// - Parameters:
  ///   - rows: Tokens by sample and expert.
  ///   - slots: Copies in all.
  ///   - limit: Copies of one expert at most.
  /// - Complexity: O(slots · experts).
  static func greedy(
    rows: [[Double]], risk: RiskMeasure, experts: [Int], slots: Int, limit: Int
  ) -> [Int] {
    var copies = Array(repeating: 1, count: experts.count)
    let weights = importance(rows: rows, risk: risk, experts: experts)
    var shares = weights
    for _ in experts.count..<max(experts.count, slots) {
      guard
        let next = shares.indices.filter({ copies[$0] < limit }).max(by: {
          shares[$0] < shares[$1]
        }), shares[next] > 0
      else { break }
      copies[next] += 1
      shares[next] = weights[next] / Double(copies[next])
    }
    return copies
  }

  /// One number an expert: its mean tokens, pulled up towards its largest sample, because the
  /// busiest batch decides.
  private static func importance(
    rows: [[Double]], risk: RiskMeasure, experts: [Int]
  ) -> [Double] {
    experts.map { expert in
      let values = rows.map { $0[expert] }
      let mean = values.reduce(0, +) / Double(values.count)
      return (mean + (values.max() ?? 0)) / 2
    }
  }
}
