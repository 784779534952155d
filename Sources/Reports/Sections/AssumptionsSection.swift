internal import Results

/// How do I redo or dispute it?
struct AssumptionsSection: ReportSection {
  let id = "assumptions"
  let heading = "Assumptions and reproduction"
  let question = "How do I redo or dispute it?"

  func content(of report: ReportContext) -> SectionContent {
    let result = report.result
    var blocks = result.warnings.map { Block.warning(ReadableText.line($0, limit: 600)) }
    blocks.append(.table(system(report)))
    if !result.assumptions.isEmpty { blocks.append(.table(table(report))) }
    blocks.append(
      .command(
        "To redo this comparison",
        report.command(
          "compare",
          "--seed \(result.seed) --baseline \(Self.quoted(ReadableText.line(result.baseline, limit: 120)))"
            + " --output report.html")))
    if !result.scenarioText.isEmpty {
      blocks.append(
        .source(
          title: "The scenario as it was read",
          text: ReadableText.of(result.scenarioText, limit: 60_000)))
    }
    return SectionContent(finding(report), blocks)
  }

  /// A word for a shell.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0))
    }
    return isPlain
      ? text
      : "'"
        + text.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }

  private func finding(_ report: ReportContext) -> String {
    let assumptions = report.result.assumptions
    guard !assumptions.isEmpty else { return "The result lists none of its inputs." }
    let order = ["scenario", "catalog", "default", "fitted", "measured"]
    let names = order + Set(assumptions.map(\.origin)).subtracting(order).sorted()
    let counts = names.compactMap { name -> String? in
      let count = assumptions.count { $0.origin == name }
      return count == 0 ? nil : "\(count) \(Self.phrase(name))"
    }
    return "\(ReadableText.count(assumptions.count, "input")): "
      + ReadableText.list(counts, limit: 6) + "."
  }

  private static func phrase(_ origin: String) -> String {
    switch origin {
    case "scenario": "from the scenario"
    case "catalog": "from the catalogue"
    case "default": "by default"
    default: ReadableText.line(origin, limit: 30)
    }
  }

  private func table(_ report: ReportContext) -> DataTable {
    DataTable(
      [.text("input"), .text("value"), .text("origin"), .text("source")],
      rows: report.result.assumptions.map { entry in
        DataTable.Row([
          .init(ReadableText.line(entry.path, limit: 120)),
          .init(ReadableText.line(entry.value, limit: 200)),
          .init(ReadableText.line(entry.origin, limit: 30)),
          .init(ReadableText.line(entry.source, limit: 300)),
        ])
      }, note: "Every value that the result rests on, and where it comes from.")
  }

  private func system(_ report: ReportContext) -> DataTable {
    let (result, system) = (report.result, report.result.system)
    let rows = [
      ("scenario", ReadableText.line(result.scenario, limit: 300)),
      ("cluster", "\(system.nodes) × \(system.acceleratorsPerNode) \(system.accelerator)"),
      ("ranks", "\(system.ranks), experts over \(system.expertParallelRanks)"),
      (
        "model",
        "\(system.model), \(ReadableText.count(system.layers, "MoE layer")), \(system.experts) "
          + "experts, top-\(system.topK)"
      ),
      (
        "workload",
        "\(system.phase), \(system.tokensPerRank) tokens a rank, "
          + ReadableText.count(system.steps, "step")
      ),
      ("routing", system.routing), ("network", system.network), ("seed", "\(result.seed)"),
      ("shunt", result.shuntVersion), ("result schema", "version \(result.schemaVersion)"),
    ]
    return DataTable(
      [.text("what"), .text("value")],
      rows: rows.map { name, value in
        DataTable.Row([.init(name), .init(ReadableText.line(value, limit: 400))])
      })
  }
}
