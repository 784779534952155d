import Planner
import Quantities
import Workbench

/// A plan and what was decided about it, for people.
struct PlanText {
  let planned: PlannedPlacement
  let study: PlanStudy
  let migration: Migration?
  /// Tokens of the objective for a moved copy.
  let price: Double?
  let horizon: Int
  let explains: Bool

  /// The certificate, the gain, the moves and what binds.
  var lines: [String] {
    let certificate = planned.certificate
    let problem = study.problem
    var lines = [
      """
      \(problem.name)   \(problem.layers) layers × \(problem.experts) experts on \
      \(problem.ranks) ranks × \(problem.slotsPerRank) slots, objective \(problem.objective.name)

        method       \(certificate.method)
        status       \(certificate.status.rawValue)
        objective    \(QuantityFormat.significant(certificate.objective, digits: 6))
        lower bound  \(QuantityFormat.significant(certificate.lowerBound, digits: 6))\
      \(certificate.boundIsWeak ? "   (weak: it ignores part of the problem)" : "")
        gap          \(QuantityFormat.percent(certificate.gap))
        search       \(QuantityFormat.seconds(certificate.wallSeconds))
      """
    ]
    if let reference = study.reference, reference.objective > 0 {
      let gain = QuantityFormat.percent(1 - certificate.objective / reference.objective)
      let moves = problem.moveCost > 0 ? ", moves included" : ""
      lines.append("  against \(reference.name)  \(gain) lower\(moves)")
    }
    if let migration {
      lines += [""] + MigrationText(migration: migration).summary
      if let price {
        let tokens = QuantityFormat.significant(price)
        lines.append("  price of a move  \(tokens) tokens, to pay within \(horizon) steps")
      }
    }
    if explains { lines += [""] + study.problem.explanation(of: planned.slots).map(text) }
    return lines
  }

  /// Whether the gain survives.
  func lines(of verdict: PlanVerdict) -> [String] {
    guard let speedup = verdict.speedup else { return [] }
    let interval = verdict.speedupConfidence95.map { ends in
      " (95 % interval \(Self.factor(ends[0])) to \(Self.factor(ends[1])))"
    }
    var lines = [
      "",
      """
        simulated    \(Self.factor(speedup))× the speed of \(verdict.baseline) on \
      \(verdict.steps) steps\(interval ?? "")
      """,
      "  \(verdict.sentence)",
    ]
    if verdict.sawJudgedTokens {
      lines.append(
        "  the trace is too short to hold tokens back: the plan has seen some of those judged")
    }
    return lines
  }

  /// What keeps one layer from being better.
  private func text(of layer: LayerExplanation) -> String {
    let experts = layer.experts.prefix(4).map { part in
      "\(part.expert)\(part.copies > 1 ? " (1 of \(part.copies) copies)" : "")"
    }
    let excess = layer.meanLoad > 0 ? layer.load / layer.meanLoad : 1
    let reason = layer.boundByOneExpert ? "; one expert alone is above the mean" : ""
    return """
        layer \(layer.layer): rank \(layer.rank) binds at \
      \(QuantityFormat.fixed(excess, decimals: 3)) × the mean with experts \
      \(experts.joined(separator: ", "))\(layer.experts.count > 4 ? ", …" : "")\(reason)
      """
  }

  /// Enough digits to tell a factor from 1.
  private static func factor(_ value: Double) -> String {
    QuantityFormat.significant(value, digits: abs(value - 1) < 0.01 ? 5 : 4)
  }
}
