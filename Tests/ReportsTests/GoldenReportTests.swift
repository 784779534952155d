import Foundation
import Reports
import Testing

/// Small reports compared with recorded ones, byte for byte.
///
/// Set `SHUNT_RECORD=1` to write them anew; such a run fails, so that it is never mistaken for a
/// test. What must hold whatever is recorded stands in the other suites.
@Suite("Recorded reports")
struct GoldenReportTests {
  static let isRecording = ProcessInfo.processInfo.environment["SHUNT_RECORD"] == "1"
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  static func sample() -> SampleComparison {
    SampleComparison(
      placements: ["contiguous", "balanced"], nodes: 1, ranksPerNode: 2, steps: 12, layers: 1,
      experts: 8,
      outOfMemory: ["contiguous/llep"], hasDetails: false)
  }

  @Test(arguments: ["report.md", "report.csv", "report.txt", "report.html"])
  func isAsRecorded(file: String) throws {
    let result = Self.sample().make()
    let text =
      switch file {
      case "report.md": MarkdownReport.render(result)
      case "report.csv": CSVReport.render(result)
      case "report.txt": TerminalSummary.render(result, width: 100)
      default: try HTMLReport.render(result)
      }
    let place = Self.folder.appendingPathComponent(file)
    if Self.isRecording {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: place)
      Issue.record("recorded \(file); run again without SHUNT_RECORD")
      return
    }
    let recorded = try String(decoding: Data(contentsOf: place), as: UTF8.self)
    #expect(text == recorded, "SHUNT_RECORD=1 records \(file) anew")
  }
}
