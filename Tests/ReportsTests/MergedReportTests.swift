import Charts
import Foundation
import Results
import Testing

@testable import Reports

/// Names that users can write and that must never get out of their place.
private let hostileNames = [
  "<script>alert(1)</script><img src=x onerror=alert(1)>", "\"'`&</title>{{{json}}}", "🧪👩‍🔬 ∞ مرحبا",
  String(repeating: "long ", count: 2000), "\u{1B}[31mred\u{202E}gnp.exe\nnew line",
]

@Suite("Reports of several results")
struct MergedReportTests {
  private func results(named name: String = "sample") -> [Results.ComparisonResult] {
    [1.0, 2.0].map { factor in
      var result = SampleComparison(steps: Int(20 * factor)).make()
      result.scenario = name
      return result
    }
  }

  @Test(arguments: hostileNames)
  func isOneWellFormedPage(name: String) throws {
    let html = try MergedReport.html(results(named: name))
    let page = try ParsedPage(html)
    let ids = page.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    #expect(page.all("section").first?.attributes["id"] == "overview")
    #expect(page.all("section").count == 13)
    #expect(page.all("script").count == 2)
    #expect(!page.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
    #expect(html.utf8.count < 1_000_000)
  }

  @Test func everyFormatHasEveryCell() throws {
    let results = results()
    let cells = results.reduce(0) { $0 + $1.cells.count }
    #expect(MergedReport.csv(results).split(separator: "\r\n").count == cells + 1)
    let markdown = MergedReport.markdown(results)
    #expect(markdown.contains("## sample, seed 7, result 1"))
    #expect(markdown.contains("## sample, seed 7, result 2"))
    let text = MergedReport.text(results)
    #expect(text.contains("The smallest mean step time of all"))
    #expect(!text.contains("\u{1B}"))
  }

  @Test func aMergedFileReadsAsItWasWritten() throws {
    let merged = MergedResult(results())
    let data = try merged.json()
    guard case .merged(let read) = try SavedResult(json: data) else {
      Issue.record("not read as merged")
      return
    }
    #expect(read == merged)
  }
}

@Suite("Reports of sweeps")
struct SweepReportTests {
  static func sample(named name: String = "sizes", cell: String = "contiguous/ep") -> SweepResult {
    let values = ["64", "128", "256"]
    let points = values.enumerated().map { index, value in
      let cells = [cell, "balanced/llep"].enumerated().map { order, name in
        let seconds = 0.001 * Double(index + 1) * (order == 0 ? 1.1 : 0.8 + 0.2 * Double(index))
        return SweepResult.Cell(
          cell: name, outOfMemory: index == 2 && order == 1, meanSeconds: seconds,
          meanConfidence95Seconds: [seconds * 0.98, seconds * 1.02], p99Seconds: seconds * 1.3,
          speedup: .init(mean: 1.2, confidence95: [1.1, 1.3], pValue: 0.01),
          peakMemoryBytes: Int64(1e9 * Double(index + 2 + order)), tokenImbalance: 1.2,
          tokensPerSecond: 1e5, tokensPerSecondPerRank: 1e4)
      }
      return SweepResult.Point(
        values: [value], cells: cells, best: cells[index == 0 ? 1 : 0].cell,
        winners: [cells[index == 0 ? 1 : 0].cell], failure: nil)
    }
    let failed = SweepResult.Point(
      values: ["512"], cells: [], best: nil, winners: [], failure: "it does not fit")
    return SweepResult(
      scenario: name, seed: 7, shuntVersion: "test", baseline: cell,
      axes: [.init(path: "workload.tokensPerRank", values: values + ["512"])],
      points: points + [failed], objective: .memory, warnings: [], scenarioText: name)
  }

  @Test(arguments: hostileNames)
  func isOneWellFormedPage(name: String) throws {
    let html = try SweepReport.html(Self.sample(named: name, cell: name + "/ep"))
    let page = try ParsedPage(html)
    #expect(
      page.all("section").compactMap { $0.attributes["id"] } == [
        "verdict", "curves", "pareto", "points", "assumptions",
      ])
    #expect(page.all("script").count == 2)
    let text = SweepReport.text(Self.sample(named: name))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    // The scenario's text stands in a fence at the end, where nothing is read as markup.
    let markdown = SweepReport.markdown(Self.sample(named: name))
    let fence = try #require(markdown.range(of: "```yaml"))
    #expect(!markdown[..<fence.lowerBound].contains("<script"))
  }

  /// One row for every cell, and one for the point that failed.
  @Test func theTableHasEveryPoint() {
    let lines = SweepReport.csv(Self.sample()).split(separator: "\r\n")
    #expect(lines.count == 1 + 6 + 1)
    let fields = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
    #expect(Set(fields).count == 1)
    #expect(lines.last?.hasSuffix("it does not fit") == true)
  }

  @Test func theAnswerNamesTheChange() {
    let sections = SweepSections(sweep: SweepContext(Self.sample()))
    #expect(
      sections.headline
        == "balanced/llep at tokensPerRank = 64 has the smallest mean step time, 0.800 ms. "
        + "The fastest cell changes: contiguous/ep at tokensPerRank = 128 takes over.")
  }

  @Test func aSweepReadsAsItWasWritten() throws {
    let data = try Self.sample().json()
    guard case .sweep(let read) = try SavedResult(json: data) else {
      Issue.record("not read as a sweep")
      return
    }
    #expect(read == Self.sample())
  }
}
