internal import Diagnostics
internal import Quantities

/// Reads `expect`: metrics and the comparisons they must keep to.
struct ExpectationRules {
  let reading: Reading

  static let shape = MappingShape(
    "Thresholds that decide whether a run passes.",
    Expectation.Metric.allCases.map { metric in
      FieldDescription(
        key: metric.rawValue, shape: .text, isRequired: false, defaultText: nil,
        summary: "\(metric.summary) Such as \"\(metric.example)\".")
    })

  func read(_ item: YAMLItem?) -> [Expectation] {
    guard let item, let reader = MappingReader(item, Self.shape, reading) else { return [] }
    return Expectation.Metric.allCases.compactMap { metric in
      reader.raw(metric.rawValue).flatMap { comparison(metric, $0) }
    }
  }

  private func comparison(_ metric: Expectation.Metric, _ item: YAMLItem) -> Expectation? {
    guard let text = reading.text(item) else { return nil }
    let signs: [Expectation.Comparison] = [.atMost, .atLeast, .below, .above]
    let trimmed = text.drop { $0.isWhitespace }
    guard let sign = signs.first(where: { trimmed.hasPrefix($0.rawValue) }) else {
      reading.error(
        .badComparison, at: item,
        "'\(metric.rawValue)' needs a comparison, not \(item.description)",
        fixes: ["write \"\(metric.example)\""], help: ["such as \"\(metric.example)\""])
      return nil
    }
    let rest = String(trimmed.dropFirst(sign.rawValue.count))
    guard let threshold = threshold(metric, rest, item) else { return nil }
    guard threshold.number >= 0, threshold.number.isFinite else {
      reading.error(.outOfRange, at: item, "a threshold must not be negative: \(item.description)")
      return nil
    }
    reading.assumeGiven(item, text)
    return Expectation(
      metric: metric, comparison: sign, threshold: threshold, text: text, position: item.position)
  }

  private func threshold(
    _ metric: Expectation.Metric, _ text: String, _ item: YAMLItem
  ) -> Expectation.Threshold? {
    for kind in metric.kinds {
      if let value = try? QuantityParser.parse(text, as: kind) {
        return metric.threshold(value, kind)
      }
    }
    reading.error(
      .badComparison, at: item,
      "'\(text.trimmingBlanks)' is not a threshold for '\(metric.rawValue)'",
      fixes: ["write \"\(metric.example)\""], help: ["such as \"\(metric.example)\""])
    return nil
  }
}

extension Expectation.Metric {
  /// An example to show beside an error.
  var example: String {
    switch self {
    case .meanStepTime, .p50StepTime, .p95StepTime, .p99StepTime: "< 30 ms"
    case .peakMemory: "< 90 %"
    case .tokenImbalance: "< 1.2"
    case .speedup: "> 1.2"
    }
  }

  /// Kinds of quantity a threshold may be, tried in order.
  fileprivate var kinds: [QuantityKind] {
    switch self {
    case .meanStepTime, .p50StepTime, .p95StepTime, .p99StepTime: [.time]
    case .peakMemory: [.fraction, .data]
    case .tokenImbalance, .speedup: [.fraction]
    }
  }

  fileprivate func threshold(_ value: Double, _ kind: QuantityKind) -> Expectation.Threshold {
    switch kind {
    case .time: .seconds(value)
    case .data: .bytes(value)
    default: self == .peakMemory ? .fraction(value) : .ratio(value)
    }
  }
}

extension String {
  /// The text without blanks at either end.
  fileprivate var trimmingBlanks: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
