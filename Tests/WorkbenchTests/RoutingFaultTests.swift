import Diagnostics
import Results
import Testing
import Workbench

/// A routing file's fault becomes a finding with the file's own line and column.
@Suite struct RoutingFaultTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let table: String
    let code: FindingCode
    let line: Int?
  }

  static let header = "workload,layer,total,e0,e1,e2,e3,e4,e5,e6,e7"

  static let faults = [
    Fault(
      testDescription: "a ragged row", table: "\(header)\na,0,36,1,2,3,4,5,6,7,8\na,1,6,1,2,3",
      code: .raggedRow, line: 3),
    Fault(
      testDescription: "not a number", table: "\(header)\na,0,36,1,2,nan,4,5,6,7,8",
      code: .badCell, line: 2),
    Fault(
      testDescription: "a negative load", table: "\(header)\na,0,36,1,2,-3,4,5,6,7,8",
      code: .badCell, line: 2),
    Fault(
      testDescription: "no expert columns", table: "workload,layer,total\na,0,36",
      code: .missingColumn, line: 1),
    Fault(
      testDescription: "more experts than the model",
      table: "\(header),e8\na,0,45,1,2,3,4,5,6,7,8,9",
      code: .routingMismatch, line: nil),
    Fault(testDescription: "an empty file", table: "", code: .missingColumn, line: nil),
    Fault(testDescription: "no rows", table: header, code: .missingColumn, line: nil),
  ]

  @Test(arguments: faults) func aFaultIsOneFindingWithItsPlace(_ fault: Fault) throws {
    let folder = try TemporaryFolder()
    try folder.write(fault.table, to: "loads.csv")
    let scenario = SmallScenario(
      steps: 1, routing: "trace: { file: loads.csv, format: loadTable }")
    let found = findings { try scenario.run(in: folder.path) }
    #expect(found.count == 1)
    #expect(found.first?.code == fault.code, "\(found.first?.message ?? "")")
    #expect(found.first?.file?.hasSuffix("loads.csv") == true)
    if let line = fault.line { #expect(found.first?.position?.line == line) }
    #expect(found.first?.help.first?.isEmpty == false)
  }

  /// The rows of a workload that the file does not have.
  @Test func anUnknownWorkloadIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("\(Self.header)\na,0,36,1,2,3,4,5,6,7,8", to: "loads.csv")
    let scenario = SmallScenario(
      steps: 1, routing: "trace: { file: loads.csv, format: loadTable, workload: b }")
    let found = findings { try scenario.run(in: folder.path) }
    #expect(found.map(\.code) == [.routingMismatch])
  }

  /// A trace with fewer layers than the model is repeated, and the result carries the warning.
  @Test func warningsReachTheResult() throws {
    let folder = try TemporaryFolder()
    try folder.write("\(Self.header)\na,0,36,1,2,3,4,5,6,7,8", to: "loads.csv")
    let scenario = SmallScenario(
      steps: 1, routing: "trace: { file: loads.csv, format: loadTable }")
    #expect(try scenario.run(in: folder.path).warnings.isEmpty == false)
  }
}
