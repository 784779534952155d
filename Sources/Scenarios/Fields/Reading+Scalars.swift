internal import Diagnostics
internal import Quantities

extension Reading {
  /// The text of a scalar that is not empty.
  func text(_ item: YAMLItem) -> String? {
    note(item)
    guard let scalar = item.scalar else {
      return wrongType(item, "a word or text")
    }
    if item.isNull || scalar.isEmpty { return missingValue(item) }
    return scalar
  }

  /// A whole number within `range`.
  func integer(_ item: YAMLItem, _ range: ClosedRange<Int>) -> Int? {
    guard let text = scalarText(item, "a whole number") else { return nil }
    let digits = text.replacing("_", with: "")
    if let value = Int(digits) ?? Double(digits).flatMap({ Int(exactly: $0) }) {
      return check(value, range, item)
    }
    if let number = Double(digits), number.isFinite {
      let isWhole = number == number.rounded()
      return isWhole
        ? outOfRange(item, "\(range.lowerBound) to \(range.upperBound)")
        : wrongType(item, "a whole number")
    }
    let isDigits = digits.drop { $0 == "-" || $0 == "+" }.allSatisfy(\.isNumber)
    return isDigits
      ? outOfRange(item, "\(range.lowerBound) to \(range.upperBound)")
      : wrongType(item, "a whole number")
  }

  /// A finite number within `range`.
  func number(_ item: YAMLItem, _ range: ClosedRange<Double>) -> Double? {
    guard let text = scalarText(item, "a number") else { return nil }
    guard let value = Double(text.replacing("_", with: "")), value.isFinite else {
      error(.notANumber, at: item, "'\(item.name)' needs a number, not \(item.description)")
      return nil
    }
    return check(value, range, item) { ValueText.number($0) }
  }

  /// A number with its unit, in base units, within `range`.
  func quantity(
    _ item: YAMLItem, _ kind: QuantityKind, _ range: ClosedRange<Double>
  ) -> Double? {
    let wanted = "\(kind.words), such as '\(kind.example)'"
    guard let text = scalarText(item, wanted) else { return nil }
    do {
      let value = try QuantityParser.parse(text, as: kind)
      return check(value, range, item) { ValueText.quantity($0, kind) }
    } catch {
      report(error, at: item)
      return nil
    }
  }

  /// Either truth value.
  func flag(_ item: YAMLItem) -> Bool? {
    guard let text = scalarText(item, "true or false") else { return nil }
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: return wrongType(item, "true or false")
    }
  }

  /// One of `words`.
  func choice(_ item: YAMLItem, _ words: [String]) -> String? {
    guard let text = scalarText(item, "one of \(words.joined(separator: ", "))") else { return nil }
    if words.contains(text) { return text }
    let nearest = Spelling.nearest(to: text, in: words)
    error(
      .unknownChoice, at: item,
      "'\(item.name)' has no choice '\(text)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
      fixes: nearest.map { ["write '\($0)' instead of '\(text)'"] } ?? [],
      help: ["'\(item.name)' takes \(words.joined(separator: ", "))"])
    return nil
  }

  /// Reports that a value has the wrong shape.
  func wrongType<Value>(_ item: YAMLItem, _ wanted: String) -> Value? {
    if item.isNull { return missingValue(item) }
    error(.wrongType, at: item, "'\(item.name)' needs \(wanted), not \(item.description)")
    return nil
  }

  /// Reports that a key stands without a value.
  func missingValue<Value>(_ item: YAMLItem) -> Value? {
    error(
      .missingValue, at: item, "'\(item.name)' has no value",
      fixes: ["give '\(item.name)' a value or remove it"])
    return nil
  }

  private func scalarText(_ item: YAMLItem, _ wanted: String) -> String? {
    note(item)
    guard let scalar = item.scalar else { return wrongType(item, wanted) }
    return item.isNull || scalar.isEmpty ? missingValue(item) : scalar
  }

  private func check(_ value: Int, _ range: ClosedRange<Int>, _ item: YAMLItem) -> Int? {
    if range.contains(value) { return value }
    if range.upperBound == .max {
      return outOfRange(item, "at least \(range.lowerBound)")
    }
    return outOfRange(item, "\(range.lowerBound) to \(range.upperBound)")
  }

  private func check(
    _ value: Double, _ range: ClosedRange<Double>, _ item: YAMLItem, _ write: (Double) -> String
  ) -> Double? {
    if range.contains(value) { return value }
    if range.upperBound == .greatestFiniteMagnitude {
      return outOfRange(item, "at least \(write(range.lowerBound))")
    }
    return outOfRange(item, "\(write(range.lowerBound)) to \(write(range.upperBound))")
  }

  private func outOfRange<Value>(_ item: YAMLItem, _ range: String) -> Value? {
    error(.outOfRange, at: item, "'\(item.name)' must be \(range), not \(item.description)")
    return nil
  }

  private func report(_ fault: QuantityError, at item: YAMLItem) {
    switch fault {
    case .notANumber: error(.notANumber, at: item, "'\(item.name)': \(fault.message)")
    case .missingUnit(let text, let kind):
      let unit = kind.example.split(separator: " ").last ?? ""
      error(
        .missingUnit, at: item, "'\(item.name)': \(fault.message)",
        fixes: ["write the unit, such as '\(text) \(unit)'"])
    case .unknownUnit(let unit, let kind):
      let units = kind.units.map(\.name)
      let nearest =
        units.first { $0.lowercased() == unit.lowercased() }
        ?? Spelling.nearest(to: unit, in: units)
      error(
        .unknownUnit, at: item, "'\(item.name)': \(fault.message)",
        fixes: nearest.map { ["write '\($0)' instead of '\(unit)'"] } ?? [],
        help: ["units are \(units.joined(separator: ", "))"])
    }
  }
}

extension QuantityKind {
  /// What the quantity is, for messages.
  var words: String {
    switch self {
    case .data: "an amount of data"
    case .bandwidth: "a bandwidth"
    case .time: "a time"
    case .computeRate: "a rate of arithmetic"
    case .fraction: "a share"
    }
  }
}
