import CostModels
import Domain

/// Tables of dense GEMMs and collectives.
extension RowReader {
  mutating func readDenseGEMM(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    let word = csv.text(row, "gemm_dtype")
    guard let weights = format(word) else {
      return refuse(row, "the format «\(word)» is not known")
    }
    let m = try csv.integer(row, "m", atLeast: 1)
    let n = try csv.integer(row, "n", atLeast: 1)
    let k = try csv.integer(row, "k", atLeast: 1)
    try add(
      row, "latency_us", machine, formula: .denseGEMM,
      variants: weights.kinsfolk.map(\.rawValue),
      work: .dense(
        m: Double(m), n: Double(n), k: Double(k), weight: weights.bytesPerElement,
        activation: weights.activationBytesPerElement,
        ProcessorRates(machine.accelerator, format: weights)),
      group: [GroupLabel("dtype", word)], shape: "\(n)x\(k)", scales: [])
  }

  mutating func readCollective(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    let name = csv.text(row, "collective")
    let known: [String: Collective] = [
      "all_reduce": .allReduce, "all_gather": .allGather, "reduce_scatter": .reduceScatter,
      "alltoall": .allToAll, "all_to_all": .allToAll,
    ]
    guard let collective = known[name] else {
      return refuse(row, "the collective «\(name)» is not known")
    }
    try addCollective(
      row, machine, collective, variant: CollectiveModel.variant(collective),
      group: GroupLabel("collective", name))
  }

  mutating func readCustomAllReduce(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    let engine = csv.text(row, "impl")
    try addCollective(
      row, machine, .allReduce, variant: CollectiveModel.customVariant(engine),
      group: GroupLabel("impl", engine))
  }

  private mutating func addCollective(
    _ row: Int, _ machine: MachineProfile, _ collective: Collective, variant: String,
    group: GroupLabel
  ) throws(TableFault) {
    let ranks = try csv.integer(row, "num_gpus", atLeast: 2)
    let bytes = try csv.integer(row, "bytes", atLeast: 1)
    guard machine.linkRate > 0 else { return refuse(row, "the machine's link rate is not known") }
    guard ranks <= 1 << 20 else { return refuse(row, "\(ranks) ranks are too many") }
    try add(
      row, "time_us", machine, formula: .collective,
      variants: [variant, CollectiveModel.variant(collective)],
      work: .collective(
        wireBytes: collective.wireBytes(Double(bytes), ranks: ranks), ranks: ranks,
        lineRate: machine.linkRate),
      group: [group, GroupLabel("num_gpus", String(ranks))], shape: "",
      scales: [ScaleLabel("num_gpus", ranks), ScaleLabel("bytes", bytes)])
  }
}
