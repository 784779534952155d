import CostModels
import Domain

/// Tables of expert GEMMs.
extension RowReader {
  mutating func readExpertGEMM(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    let kernel = kernelFamily(csv.text(row, "kernel"))
    guard let sizes = try expertSizes(row) else { return }
    // SGLang's tables come from a later collector, which deals left-over tokens rank by rank.
    let remainder: RemainderRule = kernel == .fusedTriton ? .roundRobin : .smallestFirst
    try addExperts(
      row, machine, sizes, kernel: kernel, remainder: remainder, slots: nil,
      starved: kernel == .cutlassGrouped && sizes.experts * sizes.ranks >= Self.starvedProduct)
  }

  mutating func readWideExpertGEMM(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    guard let sizes = try expertSizes(row) else { return }
    let slots = try csv.integer(row, "num_slots", atLeast: 1)
    let balanced = try csv.integer(row, "eplb") == 1
    guard slots % sizes.ranks == 0, slots >= sizes.experts, slots <= 65536 else {
      return refuse(
        row, "\(slots) slots cannot hold \(sizes.experts) experts on \(sizes.ranks) ranks")
    }
    try addExperts(
      row, machine, sizes, kernel: .wideEP, remainder: .smallestFirst,
      slots: balanced ? slots : nil, starved: false)
  }

  mutating func readDeepEPCompute(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    guard let sizes = try expertSizes(row) else { return }
    let kernel: ExpertKernelFamily
    switch csv.text(row, "phase") {
    case "context": kernel = .deepGEMMContiguous
    case "generation": kernel = .deepGEMMMasked
    case let other: return refuse(row, "the phase «\(other)» is neither context nor generation")
    }
    try addExperts(
      row, machine, sizes, kernel: kernel, remainder: .smallestFirst, slots: nil, starved: false)
  }

  mutating func readGroupedGEMM(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    let experts = try csv.integer(row, "local_experts", atLeast: 1)
    let hidden = try csv.integer(row, "hidden", atLeast: 1)
    let inner = try csv.integer(row, "expert_ffn", atLeast: 1)
    let mean = try csv.integer(row, "tokens_per_expert_mean", atLeast: 1)
    guard experts <= 65536, mean <= 1 << 24 else { return refuse(row, "too many rows to model") }
    let shape = ExpertShape(
      hidden: hidden, intermediate: inner, gated: true, weights: .fp8Block,
      activations: .fp8Block)
    let rates = ProcessorRates(machine.accelerator, format: .fp8Block)
    let masked = csv.text(row, "phase") == "decode"
    // DeepGEMM's benchmark gives every expert the mean times a factor spread over 0.7 to 1.3.
    let rows = (0..<experts).map { expert in
      Int32(Double(mean) * (0.7 + 0.6 * (Double(expert) + 0.5) / Double(experts)))
    }
    let load = ExpertLoad(rowsPerExpert: rows)
    let kernel: ExpertKernelFamily = masked ? .deepGEMMMasked : .deepGEMMContiguous
    let tiles = TileChoice(
      kernel: kernel, load: load, tokensSeen: load.rows, copiesPerExpert: Double(mean))
    let products = [("gate_up_us", 2 * inner, hidden), ("down_us", hidden, inner)]
    for (column, columns, depth) in products {
      try add(
        row, column, machine, formula: .expertGEMM,
        variants: [ExpertGEMMFormula.singleVariant(kernel: kernel, format: .fp8Block)],
        work: .groupedGEMM(
          load, columns: Double(columns), depth: Double(depth), shape, rates, tiles: tiles),
        group: [GroupLabel("phase", csv.text(row, "phase"))],
        shape: "\(hidden)x\(inner)", scales: [ScaleLabel("ep_size", try epSize(row))])
    }
  }

  private func epSize(_ row: Int) throws(TableFault) -> Int {
    csv.has(["ep_size"]) ? try csv.integer(row, "ep_size", atLeast: 1) : 1
  }

  /// Experts times ranks from which the autotuner's profiling rows no longer reach every rank: seen
  /// alike on H100 and B200 for all models of the tables.
  private static var starvedProduct: Int { 12_288 }

  private func kernelFamily(_ name: String) -> ExpertKernelFamily {
    switch name {
    case "moe_torch_flow_min_latency": .minimumLatency
    case "moe_torch_flow": .tritonMXFP4
    case let name where name.hasPrefix("sglang_fused_moe_triton"): .fusedTriton
    case let name where name.hasPrefix("deepepmoe"): .deepGEMMContiguous
    default: .cutlassGrouped
    }
  }
}

/// The sizes of an expert table's row.
struct ExpertSizes {
  var hidden, inner, topK, experts, ranks, tokens: Int
  var distribution: CollectorDistribution
}

extension RowReader {
  mutating func expertSizes(_ row: Int) throws(TableFault) -> ExpertSizes? {
    let label = csv.text(row, "distribution")
    guard let distribution = CollectorDistribution(label) else {
      refuse(row, "the distribution «\(label)» is not balanced, uniform or power_law_EXPONENT")
      return nil
    }
    let sizes = ExpertSizes(
      hidden: try csv.integer(row, "hidden_size", atLeast: 1),
      inner: try csv.integer(row, "inter_size", atLeast: 1),
      topK: try csv.integer(row, "topk", atLeast: 1),
      experts: try csv.integer(row, "num_experts", atLeast: 1),
      ranks: try csv.integer(row, "moe_ep_size", atLeast: 1),
      tokens: try csv.integer(row, "num_tokens", atLeast: 1), distribution: distribution)
    guard sizes.experts % sizes.ranks == 0, sizes.topK <= sizes.experts, sizes.experts <= 65536
    else {
      refuse(
        row, "\(sizes.experts) experts, top-\(sizes.topK), do not divide over \(sizes.ranks) ranks")
      return nil
    }
    guard sizes.tokens <= 1 << 22 else {
      refuse(row, "\(sizes.tokens) tokens are more than the draw models")
      return nil
    }
    return sizes
  }

  mutating func addExperts(
    _ row: Int, _ machine: MachineProfile, _ sizes: ExpertSizes, kernel: ExpertKernelFamily,
    remainder: RemainderRule, slots: Int?, starved: Bool
  ) throws(TableFault) {
    let word = csv.text(row, "moe_dtype")
    guard let weights = format(word) else {
      return refuse(row, "the weight format «\(word)» is not known")
    }
    let request = DrawRequest(
      experts: sizes.experts, topK: sizes.topK, ranks: sizes.ranks, tokens: sizes.tokens,
      distribution: sizes.distribution, remainder: remainder, balancedSlots: slots,
      routesWithinGroups: kernel == .minimumLatency && sizes.experts % 8 == 0)
    let draws = drawn[request] ?? request.draws()
    drawn[request] = draws
    let shape = ExpertShape(
      hidden: sizes.hidden, intermediate: sizes.inner, gated: true, weights: weights,
      activations: activations(for: word))
    let copies = Double(sizes.tokens * sizes.topK)
    let loads = draws.map { draw in
      let reached = Double(draw.reachingTokens * sizes.topK)
      var load = ExpertLoad(rowsPerExpert: draw.rowsPerExpert, routedCopies: copies)
      if kernel == .fusedTriton {
        load.foreignRows = max(0, reached - load.rows)
        load.routedCopies = reached
      }
      return load
    }
    let tiles = zip(loads, draws).map {
      TileChoice(
        kernel: kernel, load: $0.0, tokensSeen: Double($0.1.reachingTokens),
        copiesPerExpert: copies / Double(sizes.experts))
    }
    try add(
      row, "latency_us", machine, formula: .expertGEMM,
      variants: ExpertGEMMFormula.variants(kernel: kernel, format: weights),
      work: .experts(
        draws: loads, shape, ProcessorRates(machine.accelerator, format: weights), tiles: tiles,
        starved: starved),
      group: [GroupLabel("kernel", kernel.rawValue), GroupLabel("dtype", word)],
      shape: "\(sizes.hidden)x\(sizes.inner)x\(sizes.experts)",
      scales: [ScaleLabel("moe_ep_size", sizes.ranks)])
  }
}
