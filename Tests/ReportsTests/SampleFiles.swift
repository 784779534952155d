import Foundation
import Reports
import Results
import Testing

/// Writes sample reports to look at, where the variable `SHUNT_SAMPLE_REPORTS` names a folder.
@Suite("Samples to look at")
struct SampleFiles {
  static let folder = ProcessInfo.processInfo.environment["SHUNT_SAMPLE_REPORTS"]

  @Test(.enabled(if: folder != nil, "SHUNT_SAMPLE_REPORTS is not set"))
  func write() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, sample) in Samples.all {
      let page = try HTMLReport.render(sample.make())
      try Data(page.utf8).write(to: folder.appendingPathComponent("\(name).html"))
      #expect(page.utf8.count < 1_000_000, "\(name)")
    }
  }
}

/// The results that tests walk through.
enum Samples {
  static let all: [(name: String, sample: SampleComparison)] = [
    (
      "usual",
      SampleComparison(
        outOfMemory: ["contiguous/llep"],
        expectations: [
          .init(
            metric: "p99StepTime", condition: "< 50 ms", cell: "ilp/llep", value: 0.0412,
            passed: true),
          .init(
            metric: "peakMemory", condition: "< 70 %", cell: "ilp/llep", value: 0.711, passed: false
          ),
        ],
        warnings: ["900 GB/s between nodes is faster than inside them; are the units swapped?"])
    ),
    (
      "large",
      SampleComparison(
        placements: ["contiguous", "balanced", "ilp", "eplb"], strategies: ["ep", "llep", "fssdp"],
        nodes: 8, ranksPerNode: 8, steps: 1000, layers: 58, experts: 256)
    ),
    (
      "small",
      SampleComparison(
        placements: ["contiguous"], steps: 8, layers: 1, experts: 8, hasDetails: false)
    ),
  ]

  /// Results at the edges of what there is.
  static let odd: [(name: String, sample: SampleComparison)] = [
    ("nothing", SampleComparison(placements: [], strategies: [])),
    ("one cell", SampleComparison(placements: ["contiguous"], strategies: ["ep"])),
    ("one step", SampleComparison(steps: 1)),
    ("no step", SampleComparison(steps: 0)),
    ("one rank", SampleComparison(nodes: 1, ranksPerNode: 1)),
    (
      "all out of memory",
      SampleComparison(
        placements: ["a"], strategies: ["ep", "llep"], outOfMemory: ["a/ep", "a/llep"])
    ),
    ("no details", SampleComparison(hasDetails: false)),
    (
      "many cells",
      SampleComparison(
        placements: (0..<8).map { "p\($0)" }, strategies: (0..<9).map { "s\($0)" }, steps: 5)
    ),
  ]

  static let hostile = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>", "\" onload=\"alert(1)",
    "</script></section>]]><!--{{title}}{{{json}}}", "&lt;b&gt;bold <b>bold</b>",
    "\u{1B}[31mred\u{202E}evil\u{0}\u{FFFE}", "👩‍👩‍👧‍👦 بسم 名前 e\u{301}",
    String(repeating: "long<&\"'", count: 1250), "| a | b |\n\n# heading [link](x) @everyone ```",
    "=HYPERLINK(\"http://x\")", "",
  ]
}
