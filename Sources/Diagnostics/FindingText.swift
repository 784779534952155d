/// Writes findings for people: a headline, the place with a caret, and what helps.
public struct FindingText: Sendable {
  /// Whether to colour with ANSI escapes; colour is never the only signal.
  public var colour: Bool

  public init(colour: Bool = false) { self.colour = colour }

  /// All findings in reading order and a line that counts them; empty for none.
  public func render(_ findings: [Finding]) -> String {
    guard !findings.isEmpty else { return "" }
    let blocks = findings.inReadingOrder().map { render($0) }
    return blocks.joined(separator: "\n") + "\n" + Self.count(findings) + "\n"
  }

  /// One finding, ending in a line feed.
  public func render(_ finding: Finding) -> String {
    let title = paint(finding.severity.rawValue, finding.severity == .error ? "1;31" : "1;35")
    var lines = ["\(title): \(paint(finding.message, "1")) [\(finding.code.rawValue)]"]
    let gutter = String(repeating: " ", count: "\(finding.position?.line ?? 0)".count + 1)
    if let file = finding.file { lines.append("\(gutter)--> \(place(file, finding))") }
    lines += excerpt(finding, gutter: gutter)
    lines += finding.help.map { "\(gutter) = help: \($0)" }
    return lines.map { $0 + "\n" }.joined()
  }

  /// `2 errors, 1 warning`.
  public static func count(_ findings: [Finding]) -> String {
    let parts = Severity.allCases.compactMap { severity -> String? in
      let count = findings.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return parts.isEmpty ? "no findings" : parts.joined(separator: ", ")
  }

  private func place(_ file: String, _ finding: Finding) -> String {
    guard let position = finding.position else { return file }
    return "\(file):\(position.line):\(position.column)"
  }

  /// The line at fault with carets under the stretch, between bars.
  private func excerpt(_ finding: Finding, gutter: String) -> [String] {
    guard let position = finding.position, let line = finding.sourceLine else { return [] }
    let scalars = Array(line.unicodeScalars)
    let before = scalars.prefix(position.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
    let room = max(1, scalars.count - (position.column - 1))
    let carets = String(repeating: "^", count: min(position.length, room))
    let number = String(repeating: " ", count: gutter.count - "\(position.line)".count)
    return [
      "\(gutter) |", "\(number)\(position.line) | \(line)",
      "\(gutter) | \(before)\(paint(carets, "1;32"))",
    ]
  }

  private func paint(_ text: String, _ style: String) -> String {
    colour ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }
}
