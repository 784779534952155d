extension LinearModel {
  /// The model in CPLEX LP format, which HiGHS, CBC, SCIP, Gurobi and glpsol read.
  ///
  /// Names are made legal (letters, digits and underscores) and unique.
  public func lpFormat() -> String {
    let columns = LPNames(variables.map(\.name), prefix: "v").names
    let rows = LPNames(constraints.map(\.name), prefix: "c").names
    var lines = ["\\ \(name)", direction == .minimize ? "Minimize" : "Maximize"]
    lines += Self.wrapped(" objective:", Self.terms(objective.terms, columns, objective.constant))
    lines.append("Subject To")
    for (row, constraint) in zip(rows, constraints) {
      let right = "\(constraint.sense.rawValue) \(constraint.rightHandSide)"
      lines += Self.wrapped(" \(row):", Self.terms(constraint.terms, columns, 0) + [right])
    }
    lines.append("Bounds")
    lines += zip(columns, variables).map { " " + Self.bounds($0, $1) }
    let integers = zip(columns, variables).filter { $1.domain == .integer }.map(\.0)
    if !integers.isEmpty { lines += ["General"] + Self.wrapped("", integers) }
    return (lines + ["End", ""]).joined(separator: "\n")
  }

  private static func terms(
    _ terms: [LinearExpression.Term], _ columns: [String], _ constant: Double
  ) -> [String] {
    var words = terms.map { term in
      let sign = term.coefficient < 0 ? "-" : "+"
      return "\(sign) \(abs(term.coefficient)) \(columns[term.variable.index])"
    }
    if words.isEmpty { words = columns.first.map { ["0 \($0)"] } ?? [] }
    if constant != 0 { words.append("\(constant < 0 ? "-" : "+") \(abs(constant))") }
    return words
  }

  private static func bounds(_ column: String, _ variable: VariableDescription) -> String {
    if variable.lower == -.infinity && variable.upper == .infinity { return "\(column) free" }
    let lower = variable.lower == -.infinity ? "-inf" : "\(variable.lower)"
    if variable.upper == .infinity { return "\(column) >= \(lower)" }
    return "\(lower) <= \(column) <= \(variable.upper)"
  }

  /// Lines of at most six words: old readers stop at 255 characters.
  private static func wrapped(_ head: String, _ words: [String]) -> [String] {
    guard !words.isEmpty else { return [head] }
    return stride(from: 0, to: words.count, by: 6).map { start in
      let line = words[start..<min(start + 6, words.count)].joined(separator: " ")
      return (start == 0 ? head : "   ") + " " + line
    }
  }
}

/// Legal and unique names for the LP format, where `e1` would be read as a number.
private struct LPNames {
  let names: [String]

  init(_ originals: [String], prefix: String) {
    var seen: Set<String> = []
    names = originals.enumerated().map { index, original in
      var name = Self.legal(original, prefix: prefix)
      if name.count > 200 || !seen.insert(name).inserted {
        name = "\(prefix)\(index)_\(name.prefix(180))"
        seen.insert(name)
      }
      return name
    }
  }

  private static func legal(_ original: String, prefix: String) -> String {
    let cleaned = String(
      original.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    guard let first = cleaned.first, first.isLetter, first != "e", first != "E" else {
      return "\(prefix)_\(cleaned)"
    }
    return cleaned
  }
}
