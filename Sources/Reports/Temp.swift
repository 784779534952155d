public import Foundation
public import Plan
public import Results
public enum HTMLReport { public static func render(_ r: Results.ComparisonResult) throws -> String { "" } }
public enum MarkdownReport { public static func render(_ r: Results.ComparisonResult) -> String { "" } }
public enum CSVReport { public static func render(_ r: Results.ComparisonResult) -> String { "" } }
public enum TerminalSummary { public static func render(_ r: Results.ComparisonResult, width: Int, colour: Bool) -> String {
  r.cells.map { "\($0.name) mean \($0.stepTime.meanSeconds ?? 0) speedup \($0.speedup.mean ?? 0) \($0.speedup.confidence95 ?? []) imb \($0.tokenImbalance.mean) mem \(Double($0.peakMemoryBytes.max)/1073741824) xfers \($0.weightTransfersPerLayer) oom \($0.outOfMemory)" }.joined(separator: "\n") + "\n" + r.verdict.sentence + "\n" + r.warnings.joined(separator: "\n") + "\n" } }
public enum PerfettoTrace { public static func render(plan: ExecutionPlan, record: RunRecord) -> Data { Data() } }
