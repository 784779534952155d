import CostModels
import Domain
import Testing

@Suite struct ExpertGEMMTests {
  @Test func aLoadCountsActiveExpertsAndTilesOfEveryHeight() {
    let load = ExpertLoad(rowsPerExpert: [0, 1, 16, 17, 300])
    #expect(load.localExperts == 5)
    #expect(load.activeExperts == 4)
    #expect(load.rows == 334)
    // Heights 16, 32, 64, 128, 256: one tile for 1, one for 16, two (else one) for 17, and 300 rows.
    let counted = (0..<5).map { load.tiles[$0] }
    #expect(counted == [23, 13, 8, 6, 5])
  }

  private let perfect = ExpertGEMMFormula(
    values: values(
      of: ExpertGEMMFormula.self,
      [
        "launch": 10, "memoryEfficiency": 0.5, "peakEfficiency": 0.5, "overlap": 12,
        "activationEfficiency": 20, "waveQuantisation": 1, "starvedTuning": 2,
      ]))
  private let rates = ProcessorRates(memoryBandwidth: 1e12, peak: 100e12, processors: 100)
  private let shape = ExpertShape(
    hidden: 1024, intermediate: 512, gated: true, weights: .bf16, activations: .bf16)

  /// One row on each of eight experts reads 8 · 3 · 1024 · 512 · 2 bytes = 25.2 MB at 0.5 TB/s:
  /// 50.3 us, and 10 us of launch; arithmetic and passes are far below.
  @Test func fewRowsCostTheirWeights() {
    let load = ExpertLoad(rowsPerExpert: [Int32](repeating: 1, count: 8))
    let choice = TileChoice(kernel: .cutlassGrouped, load: load, tokensSeen: 8, copiesPerExpert: 1)
    let seconds = perfect.seconds(load, shape, on: rates, tiles: choice)
    #expect(abs(seconds - 60.4e-6) < 0.6e-6)
  }

  /// 256 rows on one expert: one tile of 256 × 128 takes 2 · 256 · 128 · 1024 operations on one of a
  /// hundred multiprocessors at half of 1 TFLOPS each: 134 us for the first GEMM, 67 us for the
  /// second.
  @Test func oneWaveCostsOneTile() {
    let load = ExpertLoad(rowsPerExpert: [256])
    let tiles = TileChoice(heights: 4..<5, width: 128)
    let seconds = perfect.seconds(load, shape, on: rates, tiles: tiles)
    #expect(abs(seconds - (10e-6 + 134.2e-6 + 67.1e-6)) < 3e-6)
  }

  @Test func starvedTuningMultipliesTheGEMMsOnly() {
    let load = ExpertLoad(rowsPerExpert: [256])
    let tiles = TileChoice(heights: 4..<5, width: 128)
    let plain = perfect.seconds(load, shape, on: rates, tiles: tiles)
    let starved = perfect.seconds(load, shape, on: rates, tiles: tiles, starved: true)
    #expect(abs((starved - plain) - 201.3e-6) < 3e-6)
  }

  @Test func moreRowsNeverCostLess() {
    let load: (Int) -> ExpertLoad = { ExpertLoad(rowsPerExpert: [Int32($0), 5, 0, 77]) }
    var last = 0.0
    for rows in stride(from: 1, through: 4096, by: 13) {
      let choice = TileChoice(
        kernel: .cutlassGrouped, load: load(rows), tokensSeen: 1, copiesPerExpert: 1)
      let seconds = perfect.seconds(load(rows), shape, on: rates, tiles: choice)
      #expect(seconds >= last - 1e-15, "at \(rows) rows")
      last = seconds
    }
  }

  @Test func theTritonRuleSwitchesTilesWithTokens() {
    let load = ExpertLoad(rowsPerExpert: [Int32](repeating: 4, count: 32))
    let few = TileChoice(kernel: .fusedTriton, load: load, tokensSeen: 32, copiesPerExpert: 4)
    let many = TileChoice(kernel: .fusedTriton, load: load, tokensSeen: 33, copiesPerExpert: 4)
    #expect(few == TileChoice(heights: 0..<1, width: 32))
    #expect(many == TileChoice(heights: 2..<3, width: 64))
  }

  @Test(arguments: [(1.0, 0), (16, 0), (17, 1), (200, 4), (9000, 4)])
  func theLatencyKernelsTileByMeanCopies(copies: Double, index: Int) {
    let load = ExpertLoad(rowsPerExpert: [4, 4])
    let choice = TileChoice(
      kernel: .minimumLatency, load: load, tokensSeen: 8, copiesPerExpert: copies)
    #expect(choice.heights == index..<index + 1)
  }

  @Test(arguments: ExpertKernelFamily.allCases)
  func everyKernelGivesFiniteTimesOnAnUnknownAccelerator(kernel: ExpertKernelFamily) {
    for format in NumericFormat.allCases {
      let shape = ExpertShape(
        hidden: 2048, intermediate: 768, gated: true, weights: format, activations: .bf16)
      let model = ExpertComputeModel(
        shape: shape, format: format, kernel: kernel, accelerator: roundAccelerator(),
        parameters: .shipped)
      #expect(model.origin.isExtrapolated)
      #expect(model.seconds(rowsPerExpert: [Int32](repeating: 0, count: 4)) == 0)
      let seconds = model.seconds(rowsPerExpert: [1, 0, 0, 4096])
      #expect(seconds > 1e-6 && seconds < 1, "\(kernel) \(format)")
    }
  }
}
