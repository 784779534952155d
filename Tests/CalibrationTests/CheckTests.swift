import Calibration
import CostModels
import Testing

@Suite struct CheckTests {
  private static let text = """
    gpu,gemm_dtype,m,n,k,latency_us
    H100-SXM-80GB,bfloat16,64,4096,4096,16
    H200-SXM-141GB,bfloat16,64,4096,4096,11
    """

  @Test func predictionsStandBesideTheMeasurements() throws {
    let table = try Fixtures.table(Self.text)
    let lines = Checker().predictions(table).split(separator: "\n").map(String.init)
    #expect(lines[0] == "gpu,gemm_dtype,m,n,k,latency_us,predicted_latency_us")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix("H100-SXM-80GB,bfloat16,64,4096,4096,16,"))
    let predicted = try #require(Double(lines[1].split(separator: ",")[6]))
    #expect(abs(predicted / 16 - 1) < 0.2)
  }

  /// Predicted over measured less one, of one cell, is the median and the 90th percentile.
  @Test func figuresOfOneRow() throws {
    let table = try Fixtures.table(Self.text)
    let checker = Checker()
    let cells = checker.judge(table)
    let check = checker.check(table)
    #expect(check.rows == 2)
    #expect(check.skipped == 0)
    let errors = cells.map { abs($0.predicted / $0.measured - 1) }
    #expect(abs(check.medianRelativeError - (errors[0] + errors[1]) / 2) < 1e-12)
    #expect(check.groups.count == 2)
  }

  @Test func anotherAcceleratorIsMarkedExtrapolated() throws {
    let cells = try Checker().judge(Fixtures.table(Self.text))
    #expect(cells[0].origin == "fitted")
    #expect(cells[1].origin.hasPrefix("extrapolated from h100-sxm-80"))
    #expect(cells[1].heldOut == nil)
  }

  /// A split belongs to a file's name, wherever the file lies.
  @Test func heldOutFiguresExistForATableInAnotherFolder() throws {
    let text = """
      gpu,gemm_dtype,m,n,k,latency_us
      H100-SXM-80GB,bfloat16,64,4096,4096,16
      H100-SXM-80GB,bfloat16,64,8192,4096,26
      """
    let table = try Fixtures.table(text, file: "/some/folder/gemm.csv")
    let rule = SplitRule(
      table: "gemm.csv",
      heldOut: [.init(constants: "h100-sxm-80 bf16", column: "shape", values: ["8192x4096"])])
    let costs = CostParameters(
      provenance: "", sets: CostParameters.shipped.sets, splits: [rule])
    let check = Checker(parameters: costs).check(table)
    #expect(check.file == "/some/folder/gemm.csv")
    #expect(check.fitted?.rows == 1)
    #expect(check.heldOut?.rows == 1)
  }

  @Test func aBandwidthIsComparedAsABandwidth() {
    let quantity = MeasuredQuantity.bandwidth(bytes: 4e9)
    #expect(quantity.cell(seconds: 2) == 2)
    #expect(quantity.seconds(cell: 2) == 2)
    #expect(MeasuredQuantity.time.cell(seconds: 2e-6) == 2)
  }

  @Test func theAccuracyPageNamesEveryTable() throws {
    let table = try Fixtures.table(Self.text, file: "gemm_test.csv")
    let page = AccuracyReport(parameters: .shipped, tables: [table]).markdown
    #expect(page.contains("## gemm_test.csv"))
    #expect(page.contains("One accelerator left out"))
    #expect(page == AccuracyReport(parameters: .shipped, tables: [table]).markdown)
  }
}
