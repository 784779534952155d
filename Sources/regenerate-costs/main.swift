import Calibration
import CostModels
import Foundation

// Fits the public tables and writes the shipped constants and docs/accuracy.md.
// Usage: regenerate-costs DATA-FOLDER REPOSITORY

func read(_ path: String) throws -> CSVTable {
  let text = try String(contentsOfFile: path, encoding: .utf8)
  return try CSVTable(file: (path as NSString).lastPathComponent, text: text)
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  FileHandle.standardError.write(Data("usage: regenerate-costs DATA-FOLDER REPOSITORY\n".utf8))
  exit(64)
}
let data = arguments[1]
let repository = arguments[2]
let names = [
  "public/hardware/moe_gemm_h100.csv", "public/hardware/moe_gemm_a100.csv",
  "public/hardware/moe_gemm_b200.csv", "public/hardware/moe_wideep_eplb_h100.csv",
  "public/hardware/moe_deepep_compute_h100.csv", "presets/expert_gemm_measured.csv",
  "public/hardware/gemm_h100.csv", "public/hardware/gemm_a100.csv",
  "public/hardware/gemm_b200.csv", "public/hardware/nccl_intranode.csv",
  "public/hardware/custom_allreduce.csv", "public/hardware/deepep_low_latency.csv",
  "public/hardware/deepep_normal.csv", "public/hardware/moe_alltoall_gb200.csv",
  "public/hardware/ep_comm_published.csv",
]
do {
  let machines = CatalogMachines()
  let tables = try names.map { try MeasuredTable(read("\(data)/\($0)"), machines: machines) }
  let empty = CostParameters(provenance: "", sets: [])
  let outcome = Calibrator(prior: empty).fit(
    tables, provenance: "public tables: " + tables.map(\.csv.file).joined(separator: ", "))
  for check in Checker(parameters: outcome.parameters).check(tables).tables {
    let line = [check.file, AccuracySummary.line(check)].joined(separator: "  ")
    print(line)
  }
  for failure in outcome.failures {
    print("not fitted: \(failure.accelerator) \(failure.variant): \(failure.reason)")
  }
  try ParameterSource.swift(outcome.parameters).write(
    toFile: "\(repository)/Sources/CostModels/CostParameters+Shipped.swift", atomically: true,
    encoding: .utf8)
  try AccuracyReport(parameters: outcome.parameters, tables: tables).markdown.write(
    toFile: "\(repository)/docs/accuracy.md", atomically: true, encoding: .utf8)
  let prediction = ServingPrediction(parameters: outcome.parameters)
  let serving = try [
    "silicon_moe_aggregated.csv", "gb200_nvl72_qwen3coder480b_serving.csv",
  ].map { try ServingTable(read("\(data)/public/endtoend/\($0)")) }
  try ServingReport(serving, prediction: prediction).markdown.write(
    toFile: "\(repository)/docs/reproductions/serving-steps.md", atomically: true,
    encoding: .utf8)
  let training = try TrainingTable(
    read("\(data)/public/endtoend/moe_pretraining_throughput.csv"),
    parameters: outcome.parameters)
  try TrainingReport(training).markdown.write(
    toFile: "\(repository)/docs/reproductions/training-steps.md", atomically: true,
    encoding: .utf8)
} catch let fault as TableFault {
  FileHandle.standardError.write(Data((fault.description + "\n").utf8))
  exit(65)
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(74)
}
