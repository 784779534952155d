internal import Charts
internal import Mustache

/// Everything that a page shows, ready for the templates.
struct HTMLPage {
  /// What the page is, above its title.
  var kind: String
  var title: String
  /// The answer in a sentence, for the title of the window.
  var headline: String
  var facts: [String]
  var version: String
  var seed: String
  /// The id of the first section, for those who skip the head.
  var firstSection: String
  /// As ``HTMLSection/values``.
  var sections: [[String: Any]]
  /// Strategies with the names that their marks carry.
  var strategies: [[String: Any]]
  /// Escaped JSON.
  var json: String

  /// Nothing may be loaded from anywhere; the empty icon keeps browsers from asking for one.
  private static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    + "base-uri 'none'; form-action 'none'"

  /// - Throws: a parser error of the template library.
  func render() throws -> String {
    let page: [String: Any] = [
      "policy": Self.policy, "kind": kind, "version": ReadableText.line(version, limit: 40),
      "title": title, "verdict": headline, "facts": facts, "seed": seed, "first": firstSection,
      "style": ChartStyle.css + PageStyle.css, "script": PageScript.text, "json": json,
      "sections": sections, "strategies": strategies,
    ]
    guard let text = try HTMLTemplates.library().render(page, withTemplate: "page") else {
      throw HTMLReportError.missingTemplate
    }
    return text
  }
}

/// Why a page could not be made.
enum HTMLReportError: Error {
  case missingTemplate
}
