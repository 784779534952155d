/// Writes findings for programs.
public enum FindingJSON {
  /// The version of the document's shape.
  public static let schemaVersion = 1

  /// `{ schemaVersion, findings: [ … ] }` in reading order, keys sorted, ending in a line feed.
  ///
  /// A finding without a place has null for `file`, `line` and `column`. `fixes` holds what mends it
  /// and, after that, what helps to decide.
  public static func render(_ findings: [Finding]) -> String {
    let document = JSONValue.object([
      "schemaVersion": .integer(schemaVersion),
      "findings": .array(findings.inReadingOrder().map(value)),
    ])
    return document.text + "\n"
  }

  private static func value(_ finding: Finding) -> JSONValue {
    .object([
      "severity": .string(finding.severity.rawValue),
      "code": .string(finding.code.rawValue),
      "file": finding.file.map(JSONValue.string) ?? .null,
      "line": finding.position.map { .integer($0.line) } ?? .null,
      "column": finding.position.map { .integer($0.column) } ?? .null,
      "message": .string(finding.message),
      "fixes": .array((finding.fixes + finding.help).map(JSONValue.string)),
    ])
  }
}
