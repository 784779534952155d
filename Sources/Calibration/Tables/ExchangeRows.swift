import CostModels
import Domain

/// Tables of expert exchanges.
extension RowReader {
  mutating func readLowLatency(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    guard let shape = try exchangeShape(row) else { return }
    let workers = Double(machine.accelerator.processorCount)
    for (column, phase) in [("dispatch_us", ExchangePhase.dispatch), ("combine_us", .combine)] {
      try addExchange(
        row, column, machine, shape, kernel: .deepEPLowLatency, phase: phase, workers: workers,
        bytes: payload(shape.hidden, phase))
    }
  }

  mutating func readNormal(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    guard let shape = try exchangeShape(row) else { return }
    let columns: [(String, ExchangePhase, String)] = [
      ("dispatch_us", .dispatch, "dispatch_sms"), ("combine_us", .combine, "combine_sms"),
      ("dispatch_notify_us", .dispatchNotify, "dispatch_sms"),
      ("combine_notify_us", .combineNotify, "combine_sms"),
    ]
    for (column, phase, processors) in columns where csv.has([column]) {
      let workers = try csv.integer(row, processors, atLeast: 1)
      try addExchange(
        row, column, machine, shape, kernel: .deepEPNormal, phase: phase,
        workers: Double(workers), bytes: payload(shape.hidden, phase))
    }
  }

  mutating func readAllToAll(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    let word = csv.text(row, "moe_dtype")
    let kernels: [String: ExchangeKernel] = [
      "NVLinkOneSided": .nvLinkOneSided, "NVLinkTwoSided": .nvLinkTwoSided,
    ]
    let phases: [String: ExchangePhase] = [
      "prepare": .prepare, "dispatch": .dispatch, "combine": .combine,
      "combine_low_precision": .combineLowPrecision,
    ]
    guard let format = format(word), let kernel = kernels[csv.text(row, "kernel")],
      let phase = phases[csv.text(row, "phase")]
    else {
      return refuse(row, "the kernel, phase or format of this row is not known")
    }
    guard var shape = try exchangeShape(row, ranksPerNode: .max) else { return }
    shape.spreadEvenly = csv.text(row, "distribution") == "balanced"
    let elements = Double(shape.hidden)
    let bytes: Double =
      switch phase {
      case .dispatch: elements * format.activationBytesPerElement
      case .combineLowPrecision: elements * NumericFormat.nvfp4.bytesPerElement
      default: elements * 2
      }
    try addExchange(
      row, "time_us", machine, shape, kernel: kernel, phase: phase,
      workers: Double(machine.accelerator.processorCount), bytes: phase.movesPayload ? bytes : 0)
  }

  /// DeepEP's payload: fp8 with a scale for each 128 elements there, 16-bit back.
  private func payload(_ hidden: Int, _ phase: ExchangePhase) -> Double {
    switch phase {
    case .dispatch: Double(hidden) * NumericFormat.fp8Block.activationBytesPerElement
    case .combine: Double(hidden) * 2
    default: 0
    }
  }

  private mutating func exchangeShape(
    _ row: Int, ranksPerNode: Int? = nil
  ) throws(TableFault) -> ExchangeShape? {
    let ranks = try csv.integer(row, "ep_size", atLeast: 1)
    let nodes = csv.has(["nodes"]) ? try csv.integer(row, "nodes", atLeast: 1) : 1
    let experts = try csv.integer(row, "num_experts", atLeast: 1)
    let topK = try csv.integer(row, "topk", atLeast: 1)
    guard ranks % nodes == 0, experts >= ranks, topK <= experts, topK <= 4096, ranks <= 65536 else {
      refuse(row, "\(experts) experts, top-\(topK), do not fit \(ranks) ranks on \(nodes) nodes")
      return nil
    }
    // DeepEP's own benchmark routes within four nodes, as DeepSeek-V3 does.
    return ExchangeShape(
      hidden: try csv.integer(row, "hidden_size", atLeast: 1), experts: experts, topK: topK,
      ranks: ranks, ranksPerNode: ranksPerNode == nil ? ranks / nodes : ranks, nodeLimit: 4)
  }

  private mutating func addExchange(
    _ row: Int, _ column: String, _ machine: MachineProfile, _ shape: ExchangeShape,
    kernel: ExchangeKernel, phase: ExchangePhase, workers: Double, bytes: Double
  ) throws(TableFault) {
    guard machine.linkRate > 0 else { return refuse(row, "the machine's link rate is not known") }
    let tokens = try csv.integer(row, "tokens_per_rank", atLeast: 1)
    let interNode = shape.ranks > shape.ranksPerNode
    let load = shape.load(
      tokens: Double(tokens), bytesPerCopy: bytes, kernel: kernel, workers: workers)
    var group = [
      GroupLabel("kernel", kernel.rawValue), GroupLabel("phase", phase.rawValue),
      GroupLabel("ep", String(shape.ranks)),
    ]
    if csv.has(["moe_dtype"]) { group.append(GroupLabel("dtype", csv.text(row, "moe_dtype"))) }
    try add(
      row, column, machine, formula: .exchange,
      variants: ExchangeFormula.variants(kernel: kernel, phase: phase, interNode: interNode),
      work: .exchange(
        load, linkRate: machine.linkRate, networkRate: max(machine.networkRate, 1)),
      group: group, shape: "\(shape.hidden)x\(shape.topK)x\(shape.experts)",
      scales: [ScaleLabel("ep_size", shape.ranks)])
  }
}
