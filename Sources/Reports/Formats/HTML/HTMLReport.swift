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
    let sections = SectionOrder.all.map { section in
      HTMLSection(section, report, note: section.id == "assumptions" ? embedded.note : nil).values
    }
    let page = HTMLPage(
      kind: "Shunt comparison", title: report.title, headline: VerdictSection.headline(report),
      facts: facts(result.system), version: result.shuntVersion, seed: "\(result.seed)",
      firstSection: "verdict", sections: sections, strategies: strategies([report]),
      json: embedded.json)
    return try page.render()
  }

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
  static func strategies(_ reports: [ReportContext]) -> [[String: Any]] {
    var entries: [(strategy: StrategyColour, members: [String])] = []
    for report in reports {
      for strategy in report.strategies {
        let cells = report.cells.indices.filter { report.colour($0) == strategy }
        let members = cells.map { report.labels[$0] }
        if let known = entries.firstIndex(where: { $0.strategy.name == strategy.name }) {
          entries[known].members += members.filter { !entries[known].members.contains($0) }
        } else {
          entries.append((strategy, [strategy.name] + members))
        }
      }
    }
    return entries.map { entry in
      [
        "name": entry.strategy.name, "index": "\(entry.strategy.index)",
        "members": entry.members.joined(separator: "\n"),
      ]
    }
  }
}
