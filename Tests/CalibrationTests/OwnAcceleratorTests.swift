import Calibration
import CostModels
import Domain
import Testing

/// Tables of accelerators that no catalogue knows, described by their data sheets.
@Suite struct OwnAcceleratorTests {
  private static let sheets = """
    gpu,architecture,memoryBandwidthGBps,bf16TFLOPS,fp8TFLOPS,linkGBps,nicGBps
    Nova-1,Nova,2500,600,1200,300,50
    Nova-2,Nova,5000,1500,3000,600,100
    Quark,Quark,1200,200,,64,25
    """

  /// A dense table that follows the formula with constants of its own, which the fit has to find.
  private static func table() throws -> (MeasuredTable, DataSheetMachines) {
    let machines = try DataSheetMachines(CSVTable(file: "sheets.csv", text: sheets))
    let formula = DenseGEMMFormula(values: [6, 0.5, 0.7, 0.6, 0.5, 2, 0.4, 8, 2, 0.7])
    var text = "gpu,gemm_dtype,m,n,k,latency_us\n"
    for gpu in ["Nova-1", "Nova-2", "Quark"] {
      let machine = try #require(machines.machine(named: gpu))
      let rates = ProcessorRates(machine.accelerator, format: .bf16)
      for m in [1.0, 16, 128, 1024, 8192] {
        for (n, k) in [(1024.0, 2048.0), (4096, 4096), (7168, 2048), (2048, 7168), (16384, 4096)] {
          let seconds = formula.seconds(
            rows: m, columns: n, depth: k, weightBytes: 2, activationBytes: 2, on: rates)
          text += "\(gpu),bfloat16,\(Int(m)),\(Int(n)),\(Int(k)),\(seconds * 1e6)\n"
        }
      }
    }
    let csv = try CSVTable(file: "gemm_own.csv", text: text)
    return (try MeasuredTable(csv, machines: machines), machines)
  }

  @Test func threeUnseenAcceleratorsFit() throws {
    let (table, _) = try Self.table()
    #expect(table.refused.isEmpty)
    let outcome = Calibrator().fit([table], provenance: "test")
    #expect(outcome.failures.isEmpty)
    #expect(outcome.parameters.sets.map(\.accelerator) == ["Nova-1", "Nova-2", "Quark"])
    let check = Checker(parameters: outcome.parameters).check(table)
    #expect((check.fitted?.medianRelativeError ?? 1) < 0.03)
    #expect((check.heldOut?.medianRelativeError ?? 1) < 0.10)
  }

  /// Before any fit the constants are those of others, and the report says so.
  @Test func withoutAFitTheyAreExtrapolated() throws {
    let (table, _) = try Self.table()
    let check = Checker().check(table)
    #expect(check.groups.allSatisfy { $0.constants.hasPrefix("extrapolated from") })
    #expect(check.heldOut == nil)
  }

  /// Even where no name is like it.
  @Test func withoutDataSheetsTheFaultNamesTheNearest() {
    let text = "gpu,gemm_dtype,m,n,k,latency_us\nNova-1,bfloat16,1,2,3,4\n"
    do {
      _ = try MeasuredTable(CSVTable(file: "t.csv", text: text), machines: CatalogMachines())
      Issue.record("no fault")
    } catch {
      #expect(
        error.message.hasPrefix("the catalogue has no accelerator «Nova-1»; the nearest is «"))
    }
  }

  @Test(arguments: [
    ("gpu,architecture\nA,B\n", "the columns are not those of a list of accelerators"),
    ("gpu,architecture,memoryBandwidthGBps,bf16TFLOPS\n,B,1,1\n", "the accelerator has no name"),
    (
      "gpu,architecture,memoryBandwidthGBps,bf16TFLOPS\nA,B,1,1\nA,B,1,1\n", "«A» stands twice"
    ),
    (
      "gpu,architecture,memoryBandwidthGBps,bf16TFLOPS\nA,B,0,1\n",
      "a positive number below 10^9 is needed"
    ),
    (
      "gpu,architecture,memoryBandwidthGBps,bf16TFLOPS\nA,B,1,inf\n", "«inf» is not a number"
    ),
    (
      "gpu,architecture,memoryBandwidthGBps,bf16TFLOPS,gpusPerNode\nA,B,1,1,0\n",
      "0 is outside 1 … 2^40"
    ),
  ])
  func badDataSheetsAreFaults(text: String, expected: String) {
    do {
      _ = try DataSheetMachines(CSVTable(file: "sheets.csv", text: text))
      Issue.record("no fault")
    } catch {
      #expect(error.message == expected)
    }
  }
}
