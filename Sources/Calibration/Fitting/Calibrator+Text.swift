import CostModels

extension Calibrator.Outcome {
  /// The fitted constants with their 95 % intervals, and what could not be fitted, for a terminal.
  public var text: String {
    var lines: [String] = []
    for set in parameters.sets {
      lines.append(
        "\(set.formula) \(set.variant) on \(set.accelerator): \(set.rows) comparisons, median "
          + AccuracyReport.percent(set.medianError))
      guard let kind = FormulaKind(rawValue: set.formula) else { continue }
      for (index, spec) in kind.constants.enumerated() where set.values.indices.contains(index) {
        lines.append("  \(spec.name) = \(Self.written(set, index, spec)) \(spec.unit)")
      }
    }
    for failure in failures {
      lines.append(
        "not fitted: \(failure.variant) on \(failure.accelerator): \(failure.reason)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func written(_ set: ConstantSet, _ index: Int, _ spec: ConstantSpec) -> String {
    let value = ParameterSource.rounded(set.values[index])
    guard set.uncertainty.indices.contains(index) else { return value }
    let half = set.uncertainty[index]
    if spec.scale == .linear { return "\(value) ± \(ParameterSource.rounded(half))" }
    return half > 9.99 ? "\(value) (not determined)" : "\(value) ± \(AccuracyReport.percent(half))"
  }
}
