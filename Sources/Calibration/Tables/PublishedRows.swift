import CostModels
import Domain

/// Figures from the pages of communication libraries.
extension RowReader {
  mutating func readPublished(_ row: Int, _ machine: MachineProfile) throws(TableFault) {
    guard let published = try publishedShape(row, machine) else { return }
    let operation = csv.text(row, "op")
    guard
      let phase: ExchangePhase = operation == "combine"
        ? .combine
        : operation == "dispatch" ? .dispatch : nil
    else {
      return refuse(row, "the operation «\(operation)» is neither dispatch nor combine")
    }
    let shape = published.shape
    let word = csv.text(row, "dtype")
    let format = format(word) ?? (phase == .dispatch ? .fp8 : .bf16)
    let elements = Double(shape.hidden)
    let bytes =
      format == .fp8
      ? elements * NumericFormat.fp8Block.activationBytesPerElement
      : elements * format.bytesPerElement
    let load = shape.load(
      tokens: published.tokens, bytesPerCopy: bytes, kernel: published.kernel,
      workers: published.workers)
    let link = publishedLinkRate(row) ?? machine.linkRate
    let work = ObservedWork.exchange(
      load, linkRate: link, networkRate: try networkRate(row) ?? max(machine.networkRate, 1))
    let interNode = shape.ranks > shape.ranksPerNode
    let library = csv.text(row, "library")
    let own = ExchangeFormula.variant(
      kernel: published.kernel, phase: phase, interNode: interNode)
    let variants =
      (library.hasPrefix("DeepEP-V1") ? [] : ["\(library)/\(own)"])
      + ExchangeFormula.variants(kernel: published.kernel, phase: phase, interNode: interNode)
    let group = [
      GroupLabel("library", library), GroupLabel("mode", csv.text(row, "mode")),
      GroupLabel("op", operation),
    ]
    let scales = [ScaleLabel("ep_size", shape.ranks)]
    if try csv.measurement(row, "latency_us") != nil {
      return try add(
        row, "latency_us", machine, formula: .exchange, variants: variants, work: work,
        group: group, shape: "", scales: scales)
    }
    guard let bandwidth = try csv.measurement(row, "bandwidth_GBps"), bandwidth > 0 else {
      return refuse(row, "the row has neither a latency nor a bandwidth")
    }
    let counted = countedBytes(row, load, shape)
    observations.append(
      Observation(
        row: row, column: "bandwidth_GBps", measured: bandwidth,
        quantity: .bandwidth(bytes: counted), formula: .exchange, machine: machine,
        variants: variants, work: work,
        group: [GroupLabel("gpu", csv.text(row, "gpu"))] + group, shape: "", scales: scales))
  }

  private mutating func publishedShape(
    _ row: Int, _ machine: MachineProfile
  ) throws(TableFault) -> (
    shape: ExchangeShape, tokens: Double, kernel: ExchangeKernel, workers: Double
  )? {
    let ranks = try csv.integer(row, "ep_size", atLeast: 2)
    let perNode = try csv.integer(row, "gpus_per_node", atLeast: 1)
    let experts =
      csv.text(row, "num_experts").isEmpty
      ? 256 : try csv.integer(row, "num_experts", atLeast: 1)
    let topK = try csv.integer(row, "topk", atLeast: 1)
    guard topK <= experts, topK <= 4096, ranks <= 65536 else {
      refuse(row, "top-\(topK) of \(experts) experts on \(ranks) ranks is not possible")
      return nil
    }
    let mode = csv.text(row, "mode").lowercased()
    let normal = ["normal", "prefill", "elastic"].contains(mode)
    let kernel: ExchangeKernel = normal ? .deepEPNormal : .deepEPLowLatency
    let grouped = csv.text(row, "note").contains("top-4 groups")
    let shape = ExchangeShape(
      hidden: try csv.integer(row, "hidden", atLeast: 1), experts: experts, topK: topK,
      ranks: ranks, ranksPerNode: perNode, nodeLimit: grouped ? 4 : .max)
    return (
      shape, Double(try csv.integer(row, "tokens_per_rank", atLeast: 1)), kernel,
      normal ? Double(processors(row)) : Double(machine.accelerator.processorCount)
    )
  }

  /// Multiprocessors named in a note such as `SMs=24`, else DeepEP's default of 20.
  private func processors(_ row: Int) -> Int {
    let note = csv.text(row, "note")
    guard let range = note.firstRange(of: "SMs=") else { return 20 }
    return Int(note[range.upperBound...].prefix { $0.isNumber }) ?? 20
  }

  /// Bytes by which the page divides: those on the named bottleneck link, or all logical copies.
  private func countedBytes(_ row: Int, _ load: ExchangeLoad, _ shape: ExchangeShape) -> Double {
    let logical = csv.text(row, "note").contains("logical")
    let copies: Double =
      if logical {
        load.copiesPerToken
      } else if csv.text(row, "bottleneck") == "RDMA" {
        load.networkCopiesPerToken > 0 && load.networkCopiesPerToken < load.copiesPerToken
          && csv.text(row, "mode") == "normal" ? shape.distinctNodeCopies : load.copiesPerToken
      } else {
        load.copiesPerToken
      }
    return load.tokens * copies * load.bytesPerCopy
  }

  /// `H800 (NVLink ~160 GB/s)`: the rate a page states for its own machine.
  private func publishedLinkRate(_ row: Int) -> Double? {
    let label = csv.text(row, "gpu")
    guard let range = label.firstRange(of: "NVLink ~") else { return nil }
    return Double(label[range.upperBound...].prefix { $0.isNumber }).map { $0 * 1e9 }
  }

  /// A free-text NIC as count times rate: `8x400Gb/s per node`, `CX7 IB 400Gb/s per GPU`.
  private func networkRate(_ row: Int) throws(TableFault) -> Double? {
    let perNode = try csv.integer(row, "gpus_per_node", atLeast: 1)
    return NetworkText.bytesPerSecond(csv.text(row, "nic"), acceleratorsPerNode: perNode)
  }
}

/// Reads a NIC's description.
public enum NetworkText {
  /// Bytes a second for each accelerator, or nil where the text names no rate.
  ///
  /// A count before the rate (`16x200Gb/s`) belongs to the node and is shared by its accelerators,
  /// as is a rate marked `per node`; any other rate belongs to one accelerator.
  public static func bytesPerSecond(_ text: String, acceleratorsPerNode: Int) -> Double? {
    let lower = text.lowercased()
    guard let unit = lower.firstRange(of: "gb/s") ?? lower.firstRange(of: "gbps") else {
      return nil
    }
    let before = lower[..<unit.lowerBound].reversed()
    let spaceless = before.drop { $0 == " " }
    let digits = String(spaceless.prefix { $0.isNumber || $0 == "." }.reversed())
    guard let rate = Double(digits), rate > 0 else { return nil }
    let rest = spaceless.dropFirst(digits.count).drop { $0 == " " }
    let bytes = rate * 1e9 / (text.contains("GB/s") ? 1 : 8)
    guard let cross = rest.first, cross == "x" || cross == "×" else {
      return lower.contains("per node") ? bytes / Double(max(acceleratorsPerNode, 1)) : bytes
    }
    let count = Double(
      String(rest.dropFirst().drop { $0 == " " }.prefix { $0.isNumber }.reversed()))
    return bytes * (count ?? 1) / Double(max(acceleratorsPerNode, 1))
  }
}
