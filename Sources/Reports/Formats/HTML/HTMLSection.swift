internal import Charts

/// A section as the values that its template asks for.
struct HTMLSection {
  let values: [String: Any]

  /// Charts beyond this size are drawn once and scroll on a telephone.
  private static let narrowLimit = 24_000

  /// - Parameter note: a sentence to add at the end.
  init(_ section: any ReportSection, _ report: ReportContext, note: String? = nil) {
    self.init(
      id: section.id, heading: section.heading, question: section.question,
      section.content(of: report), note: note)
  }

  init(
    id: String, heading: String, question: String, _ content: SectionContent, note: String? = nil
  ) {
    var blocks = content.blocks.enumerated().map { Self.block($1, id: "\(id)-\($0 + 1)") }
    if let note { blocks.append(Self.block(.paragraph(note), id: "")) }
    values = [
      "id": id, "heading": heading, "question": question,
      "finding": content.finding, "blocks": blocks,
      "checks": content.checks.isEmpty
        ? false as Any : ["items": content.checks.map(Self.check)],
    ]
  }

  /// Every kind of block is a key, all but one of them false.
  private static func block(_ block: Block, id: String) -> [String: Any] {
    var values: [String: Any] = [
      "paragraph": false, "warning": false, "figure": false, "table": false, "command": false,
      "source": false,
    ]
    switch block {
    case .paragraph(let text): values["paragraph"] = text
    case .warning(let text): values["warning"] = text
    case .figure(let figure): values["figure"] = self.figure(figure, id: id)
    case .table(let table): values["table"] = self.table(table)
    case .command(let words, let text): values["command"] = ["words": words, "text": text]
    case .source(let title, let text): values["source"] = ["title": title, "text": text]
    }
    return values
  }

  private static func check(_ check: Check) -> [String: Any] {
    [
      "state": check.passed ? "passed" : "failed", "word": check.passed ? "passed" : "failed",
      "text": check.text,
    ]
  }

  private static func figure(_ figure: Figure, id: String) -> [String: Any] {
    let wide = figure.wide.svg(id: id, width: PageStyle.chartWidth)
    var values: [String: Any] = [
      "chartTitle": figure.wide.title, "wide": wide, "how": figure.howToRead,
      "numbers": table(figure.table), "narrow": false,
    ]
    if wide.utf8.count <= narrowLimit {
      values["narrow"] = [
        "svg": figure.narrow.svg(id: id + "-narrow", width: PageStyle.narrowWidth)
      ]
    }
    return values
  }

  private static func table(_ table: DataTable) -> [String: Any] {
    [
      "columns": table.columns.map {
        ["name": $0.title, "isNumber": $0.isNumber] as [String: Any]
      },
      "rows": table.rows.map { row($0, table) }, "note": table.note ?? false,
      "rowCount": ReadableText.count(table.rows.count, "row"),
    ]
  }

  private static func row(_ row: DataTable.Row, _ table: DataTable) -> [String: Any] {
    let cells = zip(row.cells, table.columns).enumerated().map { index, pair -> [String: Any] in
      let (cell, column) = pair
      return [
        "kind": column.isNumber ? "number" : "text", "text": cell.text,
        "key": key(of: cell) ?? false, "isName": !column.isNumber,
        "colour": index == 0 ? row.strategy.map { "s\($0.index)" } ?? false : false,
        "mark": cell.isMark && !cell.text.isEmpty ? markClass(cell.text) : false,
      ]
    }
    return [
      "cells": cells, "isEmphasised": row.isEmphasised, "series": row.strategy?.name ?? false,
    ]
  }

  /// What a script sorts by, where the text itself is not the number: six digits are enough.
  private static func key(of cell: DataTable.Cell) -> String? {
    guard let value = cell.key, Double(cell.text) == nil else { return nil }
    guard value.isFinite else { return "1e999" }
    let short = ResultThinning.sixDigits(value)
    return short == short.rounded() && abs(short) < 1e15 ? "\(Int64(short))" : "\(short)"
  }

  private static func markClass(_ text: String) -> String {
    if text.hasPrefix("out of memory") { return "bad" }
    return text.hasPrefix("fastest") || text.hasPrefix("tie") ? "good" : "plain"
  }
}
