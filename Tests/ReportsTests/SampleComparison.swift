import Results
import Statistics

/// Made-up results whose numbers agree with each other: intervals, p-values and the verdict are
/// worked out from the step times.
struct SampleComparison {
  var scenario = "skewed-decode"
  var placements = ["contiguous", "balanced", "ilp"]
  var strategies = ["ep", "llep"]
  var nodes = 2
  var ranksPerNode = 4
  var steps = 200
  var layers = 3
  var experts = 64
  /// Cells that run out of memory, by name.
  var outOfMemory: Set<String> = []
  /// Whether the parts of a result that may be missing are there.
  var hasDetails = true
  var expectations: [ExpectationResult] = []
  var warnings: [String] = []
  var seed: UInt64 = 7

  var ranks: Int { nodes * ranksPerNode }

  func make() -> Results.ComparisonResult {
    var cells: [CellResult] = []
    let names = placements.flatMap { placement in strategies.map { (placement, $0) } }
    for (index, name) in names.enumerated() {
      cells.append(cell(index, name.0, name.1, baseline: cells.first))
    }
    var result = Results.ComparisonResult(
      scenario: scenario, seed: seed, shuntVersion: "1.0.0", baseline: cells.first?.name ?? "",
      system: system, cells: cells,
      placements: placements.enumerated().map { placement($0, $1) }, verdict: verdict(cells),
      expectations: expectations, assumptions: assumptions, warnings: warnings,
      scenarioText: "name: \(scenario)\ncluster:\n  accelerator: h100-sxm-80\n  nodes: \(nodes)\n")
    if hasDetails && cells.count > 1 { result.sensitivity = [sensitivity(cells)] }
    return result
  }

  private var system: SystemResult {
    SystemResult(
      accelerator: "h100-sxm-80", nodes: nodes, acceleratorsPerNode: ranksPerNode, ranks: ranks,
      expertParallelRanks: ranks, model: "qwen3-30b-a3b", layers: layers, experts: experts, topK: 8,
      phase: "decode", tokensPerRank: 128, steps: steps, routing: "powerLaw", network: "fluid")
  }

  private var assumptions: [AssumptionResult] {
    [
      .init(
        path: "cluster.interNode.bandwidth", value: "50 GB/s", origin: "catalog",
        source: "NVIDIA ConnectX-7 data sheet, 400 Gb/s"),
      .init(path: "workload.contextLength", value: "1024", origin: "default", source: ""),
      .init(path: "workload.tokensPerRank", value: "128", origin: "scenario", source: "line 9"),
      .init(
        path: "costs.expertGEMM.efficiency", value: "0.71", origin: "fitted",
        source: "moe_gemm_h100.csv, 412 rows, median error 6.1 %"),
    ]
  }

  // MARK: - One cell

  /// How much time a placement and a strategy take beside the first of each.
  private func factor(_ placement: Int, _ strategy: Int) -> Double {
    [1.0, 0.72, 0.705, 0.9, 0.85, 0.8][placement % 6] * [1.0, 0.86, 0.93, 1.1][strategy % 4]
  }

  private func cell(
    _ index: Int, _ placement: String, _ strategy: String, baseline: CellResult?
  ) -> CellResult {
    let place = index / strategies.count
    let way = index % strategies.count
    let scale = factor(place, way)
    let seconds = times(scale: 0.0418 * scale, cell: index)
    let imbalance = 1 + 0.9 * (scale - 0.6)
    let name = "\(placement)/\(strategy)"
    let peak = Int64(57_000_000_000 + 1_100_000_000 * Int64(place) + 2_000_000_000 * Int64(way))
    let capacity: Int64 = outOfMemory.contains(name) ? peak - 3_000_000_000 : 85_899_345_920
    let shares = [
      "attention": 0.08, "routing": 0.03, "dispatch": 0.17, "expertCompute": 0.38,
      "combine": 0.16, "weights": way == 0 ? 0 : 0.03, "sharedExperts": 0.02, "other": 0.01,
      "waiting": way == 0 ? 0.15 : 0.12,
    ]
    var cell = CellResult(
      placement: placement, strategy: strategy,
      outOfMemoryDetail: outOfMemory.contains(name)
        ? .init(
          step: 3, rank: ranks - 1, timeSeconds: 0.0121, requestedBytes: 4_000_000_000,
          neededBytes: peak, category: "activations", operation: "expertCompute of layer 2") : nil,
      stepTime: TimeSummary(Summary(seconds)),
      moeLayerTime: TimeSummary(Summary(seconds.map { $0 / 4 })),
      speedup: Self.speedup(seconds, over: baseline?.stepSeconds),
      peakMemoryBytes: .init(
        max: peak,
        perRank: (0..<ranks).map { peak - Int64((ranks - 1 - $0) * 140_000_000 % 3_000_000_000) },
        byCategory: [
          "weights": peak / 2, "replicas": peak / 16 * Int64(way), "keyValueCache": peak / 5,
          "buffers": peak / 10, "activations": peak / 12, "workspace": peak / 40,
        ], capacityBytes: capacity),
      tokenImbalance: .init(mean: imbalance, max: imbalance * 1.6),
      expertComputeImbalance: .init(mean: imbalance * 0.97, max: imbalance * 1.5),
      bytes: .init(
        dispatchIntraNode: 1.1e9 * scale, dispatchInterNode: 1.7e9 * scale,
        combineIntraNode: 1.2e9 * scale, combineInterNode: 1.7e9 * scale,
        weights: way == 0 ? 0 : 2.4e8),
      weightTransfersPerLayer: way == 0 ? 0 : 3.4, droppedCopiesPerStep: 0,
      timeShares: shares.mapValues { $0 / 1.0 },
      rankSeconds: shares.mapValues { share in
        (0..<ranks).map { share * 0.0418 * scale * (1 - 0.01 * Double($0 % 7)) }
      },
      rankCopies: (0..<ranks).map { rank -> Double in
        let place = 1 - 2 * Double(rank) / Double(max(1, ranks - 1))
        return 1000 * (1 + (imbalance - 1) * place)
      },
      busiestLinks: ["node 1 rank 3 NIC down", "node 0 rank 0 NIC up", "node 1 rank 3 NVLink down"]
        .enumerated().map {
          .init(link: $1, bytes: 5e8 / Double($0 + 1), utilization: 0.31 / Double($0 + 1))
        },
      stepSeconds: seconds, medianStep: steps > 0 ? lanes(step: steps / 2, scale: scale) : nil)
    if hasDetails { addDetails(&cell, scale: scale, way: way) }
    return cell
  }

  /// Right-skewed times: what is shared by all cells, and a little of their own.
  private func times(scale: Double, cell: Int) -> [Double] {
    var shared = RandomStream(seed: seed, purpose: "steps")
    var own = RandomStream(seed: seed, purpose: "cell", cell)
    return (0..<steps).map { _ in
      let common = shared.uniform() + shared.uniform() + shared.uniform() - 1.5
      let slow = shared.uniform() < 0.04 ? 1.35 : 1.0
      return scale * slow * (1 + 0.24 * common + 0.08 * (own.uniform() - 0.5))
    }
  }

  private static func speedup(_ seconds: [Double], over baseline: [Double]?) -> SpeedupResult {
    guard let baseline else { return SpeedupResult(mean: 1, confidence95: [1, 1], pValue: nil) }
    guard !seconds.isEmpty else { return SpeedupResult(mean: nil, confidence95: nil, pValue: nil) }
    let paired = PairedComparison(baseline: baseline, candidate: seconds)
    return SpeedupResult(
      mean: paired.speedup, confidence95: paired.speedupConfidence?.ends, pValue: paired.pValue)
  }

  /// One layer: routing, dispatch, experts, combine on every rank, later where there is more to do.
  private func lanes(step: Int, scale: Double) -> StepLanes {
    let bars = (0..<ranks).flatMap { rank -> [StepLanes.Bar] in
      let busy = 1 + 0.6 * scale * Double(ranks - rank) / Double(ranks)
      let start = 0.0100
      let times = [
        ("compute", "routing", 0.0, 0.0002), ("communication", "dispatch", 0.0002, 0.0011),
        ("copy", "weights", 0.0003, 0.0009),
        ("compute", "expertCompute", 0.0011, 0.0011 + 0.0021 * busy),
        ("communication", "combine", 0.0011 + 0.0021 * busy, 0.0059),
      ]
      return times.map {
        .init(
          rank: rank, lane: $0.0, kind: $0.1, layer: 2, startSeconds: start + $0.2 * scale,
          endSeconds: start + $0.3 * scale)
      }
    }
    return StepLanes(step: step, layer: 2, bars: bars)
  }

  private func addDetails(_ cell: inout CellResult, scale: Double, way: Int) {
    let seconds = 0.0418 * scale
    cell.slowStep = lanes(step: max(0, steps - 1), scale: scale * 1.4)
    cell.overlap = .init(communicationSeconds: seconds * 0.5, exposedSeconds: seconds * 0.33)
    cell.rooflineSeconds = 0.0418 * 0.31
    cell.criticalPaths = [
      .init(
        step: steps / 2,
        pieces: ["routing", "dispatch", "expertCompute", "combine"].enumerated().map {
          index, kind in
          .init(
            rank: index, lane: index == 1 || index == 3 ? "communication" : "compute", kind: kind,
            layer: 2, startSeconds: 0.001 * Double(index), endSeconds: 0.001 * Double(index + 1),
            slackSeconds: index == 2 ? 0.0004 : nil)
        })
    ]
    cell.tail = [
      .init(
        cause: "tokenImbalance", rank: 0, layer: 2, expert: 17, link: nil, share: 0.69,
        slowSeconds: 0.0061 * scale, medianSeconds: 0.0021 * scale, gapShare: 0.8),
      .init(
        cause: "communication", rank: 3, layer: nil, expert: nil, link: "rank 3 NIC down",
        share: 0.31, slowSeconds: 0.0027 * scale, medianSeconds: 0.0017 * scale, gapShare: 0.2),
    ]
    cell.tailSteps = .init(
      slowSteps: [steps - 1], medianSteps: [steps / 2], slowSeconds: seconds * 1.2,
      medianSeconds: seconds, undisturbedSeconds: seconds * 1.2 - 0.0088 * scale)
    cell.rankTraffic = .init(
      bytes: (0..<ranks).map { source in
        (0..<ranks).map { destination -> Double in
          guard source != destination else { return 0 }
          let hot = destination == 0 ? 2.5 : 0.0
          let near = destination / ranksPerNode == source / ranksPerNode ? 0.8 : 0.0
          return 1e7 * scale * (1 + hot + near)
        }
      })
    cell.loadHeat = .init(
      columnKind: "layer", columns: (0..<layers).map { "\($0)" },
      copies: (0..<ranks).map { rank in
        (0..<layers).map { layer -> Double in
          900 + 400 * Double((rank * 5 + layer * 3) % 7) * scale
        }
      })
    cell.memoryByRank = ["weights": cell.peakMemoryBytes.perRank.map { $0 / 2 }]
    if way == 0 {
      cell.measured = .init(stepTime: cell.stepTime)
      cell.predictionError = .init(median: 0.043, p90: 0.112)
      cell.predictionErrorByKind = [
        "dispatch": .init(median: 0.06, p90: 0.15), "expertCompute": .init(median: 0.03, p90: 0.09),
      ]
    }
  }

  // MARK: - Around the cells

  private func placement(_ index: Int, _ label: String) -> PlacementResult {
    let slots = max(1, experts / max(1, ranks))
    var order = Array(0..<(slots * ranks))
    if index > 0 {
      var stream = RandomStream(seed: seed, purpose: "placement", index)
      stream.shuffle(&order)
    }
    let objective = [310_000.0, 214_500, 209_800][index % 3]
    var result = PlacementResult(
      label: label, method: label, slotsPerRank: slots,
      status: index % 3 == 2 ? "optimal" : "feasible",
      objective: objective, lowerBound: 209_800, gap: (objective - 209_800) / objective,
      firstLayerSlots: order, movesFromBaseline: index == 0 ? 0 : 170 + index)
    if hasDetails && index % 3 == 2 {
      result.incumbents = [
        .init(work: 1, objective: 216_000, lowerBound: 207_000),
        .init(work: 40, objective: 211_000, lowerBound: 209_000),
        .init(work: 155, objective: 209_800, lowerBound: 209_800),
      ]
      result.searchNodes = 155
      result.isVerified = true
    }
    return result
  }

  private func verdict(_ cells: [CellResult]) -> VerdictResult {
    let fitting = cells.filter { !$0.outOfMemory }
    guard let verdict = Verdict(cells: fitting.map(\.stepSeconds)) else {
      return VerdictResult(best: nil, winners: [], adjustedPValues: [:], sentence: "")
    }
    let best = fitting[verdict.best]
    let winners = verdict.winners.map { fitting[$0].name }
    var values: [String: Double] = [:]
    for (cell, value) in zip(fitting, verdict.adjustedPValues) where value != nil {
      values[cell.name] = value
    }
    let others = winners.filter { $0 != best.name }
    return VerdictResult(
      best: best.name, winners: winners, adjustedPValues: values,
      sentence: others.isEmpty
        ? "\(best.name) is fastest."
        : "\(best.name) has the smallest mean; \(others.joined(separator: ", ")) cannot be told from it."
    )
  }

  private func sensitivity(_ cells: [CellResult]) -> SensitivityResult {
    let (first, last) = (cells[0].name, cells[cells.count - 1].name)
    let points = [first, last].flatMap { name in
      [32.0, 64, 128, 256].map { tokens -> SensitivityResult.Point in
        let gain = name == first ? 1 : 0.9 + 0.15 * (tokens / 64)
        return .init(
          cell: name, value: tokens, meanSeconds: 0.0003 * tokens / gain, speedup: gain,
          confidence95: [gain - 0.04, gain + 0.04])
      }
    }
    return .init(
      parameter: "tokens per rank", unit: "", scenarioValue: 128, isLogarithmic: true,
      points: points, crossings: [.init(value: 43, before: first, after: last)])
  }
}
