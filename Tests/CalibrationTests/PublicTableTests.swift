import Calibration
import CostModels
import Foundation
import Testing

/// A small stratified sample of the public tables against the shipped constants: every 29th row, so
/// that all shapes, formats and sizes take part. `scripts/regenerate-costs` runs the tables in full.
@Suite(.enabled(if: Fixtures.data != nil, "the shared data folder is not there"))
struct PublicTableTests {
  private static let tables: [(String, median: Double, p90: Double)] = [
    ("moe_gemm_h100.csv", 0.10, 0.30), ("moe_gemm_a100.csv", 0.10, 0.30),
    ("moe_gemm_b200.csv", 0.10, 0.40), ("moe_wideep_eplb_h100.csv", 0.10, 0.30),
    ("moe_deepep_compute_h100.csv", 0.10, 0.35), ("gemm_h100.csv", 0.08, 0.20),
    ("gemm_a100.csv", 0.08, 0.20), ("gemm_b200.csv", 0.08, 0.20),
    ("nccl_intranode.csv", 0.08, 0.25), ("deepep_low_latency.csv", 0.12, 0.30),
    ("deepep_normal.csv", 0.12, 0.30), ("moe_alltoall_gb200.csv", 0.12, 0.30),
  ]

  private func read(_ path: String, every step: Int = 1) throws -> CSVTable {
    let folder = try #require(Fixtures.data)
    let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    let name = (path as NSString).lastPathComponent
    guard step > 1 else { return try CSVTable(file: name, text: text) }
    let lines = text.split(separator: "\n")
    let kept = lines.indices.filter { $0 == 0 || $0 % step == 1 }.map { lines[$0] }
    return try CSVTable(file: name, text: kept.joined(separator: "\n"))
  }

  @Test(arguments: tables)
  func shippedConstantsExplainTheSample(name: String, median: Double, p90: Double) throws {
    let csv = try read("public/hardware/\(name)", every: 29)
    let table = try MeasuredTable(csv, machines: CatalogMachines())
    let check = Checker().check(table)
    #expect(check.skipped == 0)
    #expect(check.medianRelativeError < median)
    #expect(check.p90RelativeError < p90)
    #expect(check.heldOut != nil)
  }
}
