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
            metric: "p99StepTime", condition: "< 50 ms", cell: "ilp/llep", value: 0.0412, passed: true),
          .init(
            metric: "peakMemory", condition: "< 70 %", cell: "ilp/llep", value: 0.711, passed: false),
        ],
        warnings: ["900 GB/s between nodes is faster than inside them; are the units swapped?"])
    ),
    (
      "large",
      SampleComparison(
        placements: ["contiguous", "balanced", "ilp", "eplb"], strategies: ["ep", "llep", "fssdp"],
        nodes: 8, ranksPerNode: 8, steps: 1000, layers: 58, experts: 256)
    ),
    ("small", SampleComparison(placements: ["contiguous"], steps: 8, layers: 1, experts: 8, hasDetails: false)),
  ]
}
