import Charts
import Foundation
import Results
import Testing

@testable import Reports

@Suite("The HTML report")
struct HTMLReportTests {
  static let sections = [
    "verdict", "ranking", "time", "balance", "placement", "network", "memory", "step",
    "sensitivity", "planner", "reality", "assumptions",
  ]

  @Test(arguments: Samples.all.map(\.name) + Samples.odd.map(\.name))
  func isOneWellFormedPageWithAllSections(name: String) throws {
    let sample = try #require((Samples.all + Samples.odd).first { $0.name == name }?.sample)
    let page = try ParsedPage(HTMLReport.render(sample.make()))
    #expect(page.all("section").compactMap { $0.attributes["id"] } == Self.sections)
    #expect(page.all("h1").count == 1)
    #expect(page.all("h2").count == 12)
    #expect(page.all("section").allSatisfy { !$0.text.isEmpty })
    for section in Self.sections {
      let finding = page.elements.first {
        $0.section == section && $0.attributes["class"] == "finding"
      }
      #expect(finding?.text.isEmpty == false, "\(section)")
    }
    let ids = page.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
  }

  /// What could ask for anything: links to elsewhere, sources, imports.
  @Test(arguments: Samples.all.map(\.name))
  func asksForNothing(name: String) throws {
    let sample = try #require(Samples.all.first { $0.name == name }?.sample)
    let page = try ParsedPage(HTMLReport.render(sample.make()))
    let policy = page.all("meta").first { $0.attributes["http-equiv"] != nil }
    #expect(policy?.attributes["content"]?.hasPrefix("default-src 'none'; ") == true)
    #expect(!page.elements.contains { $0.attributes["src"] != nil })
    let targets = page.elements.compactMap { $0.attributes["href"] }
    #expect(targets.allSatisfy { $0.hasPrefix("#") || $0 == "data:," })
    #expect(!page.html.contains("@import") && !page.html.contains("url("))
  }

  @Test func everyFigureHasAFindingHowToReadAndNumbers() throws {
    let page = try ParsedPage(HTMLReport.render(SampleComparison().make()))
    let figures = page.all("figure").count
    #expect(figures >= 18)
    #expect(page.all("h3").count == figures)
    #expect(page.elements.count { $0.attributes["class"] == "how" } == figures)
    #expect(page.all("summary").count { $0.text == "The same numbers as a table" } == figures)
    #expect(page.all("h3").allSatisfy { !$0.text.isEmpty })
  }

  @Test func chartsSayWhatTheResultSays() throws {
    let result = SampleComparison().make()
    let report = ReportContext(result)
    let page = try ParsedPage(HTMLReport.render(result))
    for (index, cell) in result.cells.enumerated() {
      let mean = try #require(cell.stepTime.meanSeconds)
      let text = NumberText.significant(mean * 1000)
      let tip = "\(report.labels[index]): \(text) ms, between "
      #expect(page.tips.contains { $0.hasPrefix(tip) }, "\(tip)")
      // The parts of the bar are the shares of the step.
      let compute = NumberText.significant((cell.timeShares["expertCompute"] ?? 0) * mean * 1000)
      #expect(page.tips.contains("\(cell.name), expert compute: \(compute) ms"))
      let memory = Double(cell.peakMemoryBytes.byCategory["weights"] ?? 0) / 0x1p30
      #expect(page.tips.contains("\(cell.name), weights: \(NumberText.significant(memory)) GiB"))
    }
  }

  @Test func theRankingIsInOrderAndMarked() throws {
    let sample = try #require(Samples.all.first?.sample)
    let result = sample.make()
    let page = try ParsedPage(HTMLReport.render(result))
    let rows = page.all("tr").filter { $0.section == "ranking" }.prefix(result.cells.count + 1)
    let texts = rows.dropFirst().map(\.text)
    #expect(texts.first?.contains("fastest") == true)
    #expect(texts.last?.contains("out of memory") == true)
    #expect(texts.last?.hasPrefix("contiguousllep") == true)
    let report = ReportContext(result)
    let fitting = report.ranking.dropLast().compactMap { result.cells[$0].stepTime.meanSeconds }
    #expect(fitting == fitting.sorted())
  }

  @Test func expectationsComeFirst() throws {
    let sample = try #require(Samples.all.first?.sample)
    let html = try HTMLReport.render(sample.make())
    let first = try #require(html.range(of: "p99StepTime &lt; 50 ms for ilp/llep: 41.2 ms"))
    let failed = try #require(html.range(of: "peakMemory &lt; 70 % for ilp/llep: 71.1 %"))
    let finding = try #require(html.range(of: "class=\"finding\""))
    #expect(first.lowerBound < failed.lowerBound && failed.upperBound < finding.lowerBound)
  }

  /// Two cells whose steps are the same cannot be told apart, and none is called the fastest.
  @Test func noWinnerThatTheIntervalsDoNotSupport() throws {
    var sample = SampleComparison()
    sample.placements = ["a", "b"]
    sample.strategies = ["ep"]
    let made = sample.make()
    let twin = try #require(made.cells.first)
    let result = Results.ComparisonResult(
      scenario: "twins", seed: 1, shuntVersion: "1.0.0", baseline: made.baseline,
      system: made.system, cells: [twin, made.cells[1]], placements: [],
      verdict: .init(
        best: "b/ep", winners: ["a/ep", "b/ep"], adjustedPValues: ["a/ep": 0.41],
        sentence: "b/ep has the smallest mean; a/ep cannot be told from it."),
      expectations: [], assumptions: [], warnings: [], scenarioText: "")
    let html = try HTMLReport.render(result)
    let page = try ParsedPage(html)
    #expect(page.text(of: "h3").contains("b/ep and a/ep cannot be told apart"))
    #expect(html.contains("tie with best"))
    #expect(!page.text(of: "span").contains("fastest"))
    #expect(html.contains("(p = 0.41)"))
  }

  @Test func whatIsMissingIsNamedWithItsCommand() throws {
    let sample = SampleComparison(hasDetails: false)
    let page = try ParsedPage(HTMLReport.render(sample.make()))
    func code(_ section: String) -> [String] {
      page.all("code").filter { $0.section == section }.map(\.text)
    }
    #expect(
      code("sensitivity") == ["shunt compare SCENARIO.yaml --sensitivity --output report.html"])
    #expect(code("reality").first == "shunt execute SCENARIO.yaml")
    #expect(code("step").contains("shunt simulate SCENARIO.yaml --trace trace.json"))
  }

  @Test(arguments: Samples.hostile.indices)
  func hostileNamesStayText(index: Int) throws {
    let name = Samples.hostile[index]
    let sample = SampleComparison(
      scenario: name, placements: [name, "b"], strategies: ["ep", name], steps: 10,
      warnings: [name])
    let html = try HTMLReport.render(sample.make())
    let page = try ParsedPage(html)
    #expect(html.utf8.count < 1_000_000)
    #expect(page.all("script").count == 2)
    #expect(!page.elements.contains { $0.name == "img" || $0.name == "b" && $0.text == "bold" })
    #expect(!page.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
    #expect(!html.contains("\u{202E}") && !html.contains("\u{1B}"))
  }

  @Test(arguments: Samples.all.map(\.name))
  func theSameResultIsTheSameBytes(name: String) throws {
    let sample = try #require(Samples.all.first { $0.name == name }?.sample)
    #expect(try HTMLReport.render(sample.make()) == HTMLReport.render(sample.make()))
  }

  @Test func aPageOfTwelveCellsStaysSmall() throws {
    let sample = try #require(Samples.all.first { $0.name == "large" }?.sample)
    let result = sample.make()
    #expect(result.cells.count == 12 && result.system.ranks == 64)
    #expect(try HTMLReport.render(result).utf8.count < 1_000_000)
  }

  @Test func strategiesKeepTheirColours() {
    let usual = ReportContext(SampleComparison(strategies: ["ep", "llep", "mine"]).make())
    let other = ReportContext(SampleComparison(strategies: ["mine", "llep"]).make())
    #expect(usual.strategies.map(\.index) == [1, 0, 2])
    #expect(other.strategies.last?.index == 0)
    let many = ReportContext(
      SampleComparison(placements: ["a"], strategies: (0..<9).map { "s\($0)" }, steps: 3).make())
    #expect(many.strategies.map(\.index) == [0, 1, 2, 3, 4, 5, 6, 0, 1])
  }
}

@Suite("The embedded result")
struct EmbeddedResultTests {
  @Test func aSmallResultIsEmbeddedWhole() throws {
    let result = SampleComparison(steps: 20).make()
    let page = try ParsedPage(HTMLReport.render(result))
    let read = try Results.ComparisonResult(json: Data(page.json.utf8))
    #expect(read == result)
    #expect(!page.json.contains("<") && !page.json.contains("&"))
  }

  @Test func aLargeResultIsThinnedAndSaysSo() throws {
    let sample = try #require(Samples.all.first { $0.name == "large" }?.sample)
    let result = sample.make()
    let embedded = try EmbeddedResult(result)
    #expect(embedded.json.utf8.count <= EmbeddedResult.limit)
    #expect(embedded.note.contains("the bars of single steps are left out"))
    let read = try Results.ComparisonResult(json: Data(embedded.json.utf8))
    #expect(read.cells.map(\.stepTime) == result.cells.map(\.stepTime))
    #expect(read.cells.map(\.speedup) == result.cells.map(\.speedup))
    #expect(read.verdict == result.verdict)
  }

  @Test(
    arguments: [
      (0, 0), (1.23456789, 1.23457), (0.025612345678, 0.0256123), (-987654.321, -987654),
      (123_456_789, 123_457_000), (0.0001, 0.0001), (.infinity, .infinity),
    ] as [(Double, Double)])
  func sixDigits(value: Double, rounded: Double) {
    #expect(ResultThinning.sixDigits(value) == rounded)
  }
}
