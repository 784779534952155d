internal import Charts
internal import Mustache
public import Results

/// A comparison as one page that needs nothing but a browser: no network, no file beside it.
///
/// The page's policy (`Content-Security-Policy`) forbids every request; its style and its script
/// are inside. The script only adds comfort, so that the page says the same without it.
public enum HTMLReport {
  /// The page as text.
  ///
  /// The same result gives the same bytes. Long series are thinned so that the page stays below
  /// 1 MB for a dozen cells on 64 ranks; where something was left out, the page says so.
  ///
  /// - Throws: a parser error of the template library, or an encoding error of the embedded JSON.
  /// - Complexity: O(size of the result).
  public static func render(_ result: ComparisonResult) throws -> String {
    let report = ReportContext(result)
    let embedded = try EmbeddedResult(result)
    let library = try HTMLTemplates.library()
    let sections = SectionOrder.all.map { section in
      HTMLSection(section, report, note: section.id == "assumptions" ? embedded.note : nil).values
    }
    let page: [String: Any] = [
      "policy": policy, "version": ReadableText.line(result.shuntVersion, limit: 40),
      "title": report.title, "verdict": VerdictSection.headline(report),
      "facts": facts(result.system), "seed": "\(result.seed)",
      "style": ChartStyle.css + PageStyle.css, "script": PageScript.text, "json": embedded.json,
      "sections": sections, "strategies": strategies(report),
    ]
    guard let text = library.render(page, withTemplate: "page") else {
      throw HTMLReportError.missingTemplate
    }
    return text
  }

  /// Nothing may be loaded from anywhere; the empty icon keeps browsers from asking for one.
  private static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    + "base-uri 'none'; form-action 'none'"

  /// What was simulated, for the head of the page.
  static func facts(_ system: SystemResult) -> [String] {
    [
      "\(system.nodes) × \(system.acceleratorsPerNode) \(system.accelerator)",
      "\(system.model), \(ReadableText.count(system.layers, "MoE layer"))",
      "\(system.experts) experts, top-\(system.topK)",
      "\(system.phase), \(system.tokensPerRank) tokens a rank",
      "\(system.routing) routing", ReadableText.count(system.steps, "step"),
      "\(system.network) network",
    ].map { ReadableText.line($0, limit: 120) }
  }

  /// Every strategy with the names that its marks carry, so that it can be hidden everywhere.
  private static func strategies(_ report: ReportContext) -> [[String: Any]] {
    report.strategies.map { strategy in
      let cells = report.cells.indices.filter { report.colour($0) == strategy }
      let members = [strategy.name] + cells.map { report.labels[$0] }
      return [
        "name": strategy.name, "index": "\(strategy.index)",
        "members": members.joined(separator: "\n"),
      ]
    }
  }
}

/// Why a page could not be made.
enum HTMLReportError: Error {
  case missingTemplate
}
