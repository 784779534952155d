import Quantities
import Results
import Statistics

/// Names the fastest cell, and those that cannot be told from it.
struct VerdictBuilder {
  let cells: [CellResult]

  var verdict: VerdictResult {
    // A cell that drops token copies computes something else, so it only competes with its like.
    let within = cells.indices.filter { !cells[$0].outOfMemory }
    let whole = within.filter { cells[$0].droppedCopiesPerStep == 0 }
    let fitting = whole.isEmpty ? within : whole
    guard
      let verdict = Verdict(cells: fitting.map { cells[$0].stepSeconds }, series: .clear)
    else {
      return VerdictResult(
        best: nil, winners: [], adjustedPValues: [:],
        sentence: "No cell fits into memory; see the memory section for what each rank lacks.")
    }
    let best = cells[fitting[verdict.best]]
    let winners = verdict.winners.map { cells[fitting[$0]].name }
    var adjusted: [String: Double] = [:]
    for (index, value) in verdict.adjustedPValues.enumerated() {
      if let value { adjusted[cells[fitting[index]].name] = value }
    }
    return VerdictResult(
      best: best.name, winners: winners, adjustedPValues: adjusted,
      sentence: sentence(best, ties: winners.filter { $0 != best.name }, adjusted))
  }

  private func sentence(
    _ best: CellResult, ties: [String], _ adjusted: [String: Double]
  ) -> String {
    let time = best.stepTime.meanSeconds.map(QuantityFormat.seconds) ?? "n/a"
    guard cells.count > 1 else {
      return "\(best.name) takes \(time) a step; there is nothing to compare it with."
    }
    guard best.stepTime.count > 1 else {
      return "\(best.name) took least in the one step simulated (\(time)); more steps would decide."
    }
    let gain = effect(of: best)
    guard !ties.isEmpty else { return "\(best.name) is fastest: \(time) a step\(gain)." }
    let others = ties.map { name in
      adjusted[name].map { "\(name) (p = \(QuantityFormat.significant($0, digits: 2)))" } ?? name
    }
    let names = others.joined(separator: ", ")
    return """
      No single winner: \(best.name) has the smallest mean, \(time) a step\(gain), but cannot be \
      told from \(names).
      """
  }

  /// Decimals that let an interval of this half-width be seen, from two to six.
  private static func decimals(showing halfWidth: Double) -> Int {
    var decimals = 2
    var unit = 0.01
    while decimals < 6, halfWidth < unit {
      decimals += 1
      unit /= 10
    }
    return decimals
  }

  private func effect(of best: CellResult) -> String {
    guard best.speedup.pValue != nil, let mean = best.speedup.mean else { return "" }
    guard let ends = best.speedup.confidence95, ends.count == 2 else {
      return ", \(QuantityFormat.significant(mean))× the baseline's speed"
    }
    let decimals = Self.decimals(showing: (ends[1] - ends[0]) / 2)
    let factor = QuantityFormat.fixed(mean, decimals: decimals)
    let low = QuantityFormat.fixed(ends[0], decimals: decimals)
    let high = QuantityFormat.fixed(ends[1], decimals: decimals)
    return ", \(factor)× the baseline's speed (95 % interval \(low) to \(high))"
  }
}
