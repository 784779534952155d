private import Foundation

extension CheckReport {
  /// The report as JSON with sorted keys.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The report for a terminal: a line a table, its groups, and the reasons of refusals counted.
  public var text: String {
    tables.map { table in
      var lines = ["\(table.file) (\(table.kind)): \(AccuracySummary.line(table))"]
      for group in table.groups {
        let key = group.key.keys.sorted().map { "\($0) \(group.key[$0] ?? "")" }
        lines.append(
          "  \(key.joined(separator: ", ")): \(group.rows) rows, "
            + AccuracyReport.percent(group.medianRelativeError) + " / "
            + AccuracyReport.percent(group.p90RelativeError) + ", bias "
            + AccuracyReport.percent(group.medianSignedError, signed: true) + ", "
            + group.constants)
      }
      return (lines + RefusedRow.summary(table.refused)).joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }
}

extension RefusedRow {
  /// Reasons with the number of rows each refused, in order of their first line.
  static func summary(_ rows: [RefusedRow]) -> [String] {
    var reasons: [String] = []
    var lines: [String: [Int]] = [:]
    for row in rows {
      if lines[row.reason] == nil { reasons.append(row.reason) }
      lines[row.reason, default: []].append(row.line)
    }
    return reasons.map { reason in
      let refused = lines[reason] ?? []
      return "  refused \(refused.count) rows from line \(refused.first ?? 0): \(reason)"
    }
  }
}
