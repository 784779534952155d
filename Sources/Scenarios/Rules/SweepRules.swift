internal import Diagnostics
internal import Quantities

/// Reads `sweep`: keys of the scenario, each with a list of values or a range.
struct SweepRules {
  let reading: Reading

  /// Points of all axes together beyond which nobody waits for the end.
  static let mostPoints = 10_000

  static let range = MappingShape(
    "Values from one end to the other.",
    [
      FieldDescription(
        key: "from", shape: .any, isRequired: true, defaultText: nil, summary: "The first value."),
      FieldDescription(
        key: "to", shape: .any, isRequired: true, defaultText: nil, summary: "The last value."),
      steps.description, scale.description,
    ])
  private static let steps = Field.integer(
    "steps", 2...1000, default: 5, "How many values, both ends included.")
  private static let scale: Field<Scale> = .choice(
    "scale", default: .linear, "Equal differences (linear) or equal factors (log).")

  enum Scale: String, CaseIterable, Sendable { case linear, log }

  func read(_ item: YAMLItem?) -> [SweepAxis] {
    guard let item else { return [] }
    guard let members = item.members, !members.isEmpty else {
      let _: Never? = reading.wrongType(item, "a mapping of keys to lists of values")
      return []
    }
    var axes: [SweepAxis] = []
    for member in members {
      guard let key = member.key, !key.contains(YAMLDocument.duplicateMark) else { continue }
      if let axis = axis(key, member.value) { axes.append(axis) }
    }
    checkSize(axes, at: item)
    return axes
  }

  private func axis(_ key: String, _ item: YAMLItem) -> SweepAxis? {
    let values = item.members == nil ? list(item) : self.range(item)
    guard let values else { return nil }
    var seen: Set<String> = []
    for value in values where !seen.insert(value.text).inserted {
      reading.error(
        .conflictingKeys, at: item, "the sweep of '\(key)' holds '\(value.text)' twice")
      return nil
    }
    return SweepAxis(key, values)
  }

  private func list(_ item: YAMLItem) -> [SweepAxis.Value]? {
    guard item.isList, !item.entries.isEmpty else {
      return reading.wrongType(item, "a list of values, or { from: …, to: …, steps: … }")
    }
    var values: [SweepAxis.Value] = []
    for entry in item.entries {
      guard let text = entry.scalar, !entry.isNull else {
        return reading.wrongType(entry, "a word or number")
      }
      values.append(.init(text, position: entry.position))
    }
    return values
  }

  private func range(_ item: YAMLItem) -> [SweepAxis.Value]? {
    guard let reader = MappingReader(item, Self.range, reading) else { return nil }
    let count = reader.value(Self.steps)
    let scale = reader.value(Self.scale)
    guard let first = reader.raw("from"), let last = reader.raw("to"), let count, let scale,
      let from = end(first), let to = end(last)
    else { return nil }
    guard from.unit == to.unit else {
      reading.error(
        .conflictingKeys, at: last, "'from' and 'to' of a range need one unit",
        fixes: ["write both in '\(from.unit.isEmpty ? to.unit : from.unit)'"])
      return nil
    }
    guard from.number < to.number, scale == .linear || from.number > 0 else {
      let rule = scale == .log ? "above 0 and below 'to'" : "below 'to'"
      reading.error(.outOfRange, at: first, "'from' must be \(rule)")
      return nil
    }
    let isWhole = !from.hasPoint && !to.hasPoint && from.unit.isEmpty
    return SweepRange(from: from.number, to: to.number, count: count, isLogarithmic: scale == .log)
      .texts(isWhole: isWhole, unit: from.unit)
      .map { SweepAxis.Value($0, position: first.position) }
  }

  private struct End {
    let number: Double
    let unit: String
    let hasPoint: Bool
  }

  /// A number and what follows it.
  private func end(_ item: YAMLItem) -> End? {
    guard let text = item.scalar, !item.isNull else {
      return reading.wrongType(item, "a number, with its unit where it has one")
    }
    let digits = text.prefix { $0.isNumber || "+-._eE".contains($0) }
    var number = String(digits.filter { $0 != "_" })
    var unit = text.dropFirst(digits.count)
    // The E of an exponent needs a digit behind it; else it belongs to the unit.
    while let last = number.last, !last.isNumber {
      number.removeLast()
      unit = Substring(String(last) + unit)
    }
    guard let value = Double(number), value.isFinite else {
      reading.error(.notANumber, at: item, "a range needs numbers, not \(item.description)")
      return nil
    }
    return End(
      number: value, unit: unit.split(separator: " ").joined(separator: " "),
      hasPoint: number.contains(".") || number.lowercased().contains("e"))
  }

  private func checkSize(_ axes: [SweepAxis], at item: YAMLItem) {
    var points = 1
    for axis in axes {
      let (product, overflow) = points.multipliedReportingOverflow(by: axis.values.count)
      points = overflow ? .max : product
    }
    guard points > Self.mostPoints else { return }
    reading.error(
      .tooLarge, at: item,
      "the sweep has more than \(Self.mostPoints) points", help: ["give fewer values"])
  }
}

/// Numbers between two ends, as a scenario writes them.
struct SweepRange {
  let from: Double
  let to: Double
  let count: Int
  let isLogarithmic: Bool

  /// At most `count` texts, fewer where whole numbers fall together.
  func texts(isWhole: Bool, unit: String) -> [String] {
    var texts: [String] = []
    for index in 0..<count {
      let share = Double(index) / Double(count - 1)
      let exact =
        isLogarithmic
        ? from * SweepRange.power(to / from, share) : from + (to - from) * share
      let value = index == 0 ? from : index == count - 1 ? to : exact
      let number = isWhole ? QuantityFormat.fixed(value, decimals: 0) : Self.short(value)
      let text = unit.isEmpty ? number : "\(number) \(unit)"
      if texts.last != text { texts.append(text) }
    }
    return texts
  }

  /// Six significant digits without trailing zeros.
  static func short(_ value: Double) -> String {
    let text = QuantityFormat.significant(value, digits: 6)
    guard text.contains(".") else { return text }
    let trimmed = text.reversed().drop { $0 == "0" }
    return String((trimmed.first == "." ? trimmed.dropFirst() : trimmed).reversed())
  }

  /// `base` to the `share`, from square roots alone so that no library decides the last digits.
  private static func power(_ base: Double, _ share: Double) -> Double {
    var result = 1.0
    var factor = base
    var rest = share
    for _ in 0..<60 {
      factor = factor.squareRoot()
      rest *= 2
      if rest >= 1 {
        result *= factor
        rest -= 1
      }
    }
    return result
  }
}
