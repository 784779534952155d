/// The kinds of measured tables, recognised by their columns.
public enum TableKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// `moe_gemm_*`: the expert layer of one rank.
  case expertGEMM
  /// `moe_wideep_eplb_*`: the same with wide expert parallelism and replicated experts.
  case wideExpertGEMM
  /// `moe_deepep_compute_*`: DeepEP's expert kernels by phase.
  case deepEPCompute
  /// `expert_gemm_measured`: the two grouped GEMMs of an expert layer apart.
  case groupedGEMM
  /// `gemm_*`
  case denseGEMM
  /// `nccl_intranode`
  case collective
  /// `custom_allreduce`
  case customAllReduce
  /// `deepep_low_latency`
  case deepEPLowLatency
  /// `deepep_normal`
  case deepEPNormal
  /// `moe_alltoall_*`
  case allToAll
  /// `ep_comm_published`
  case published

  /// The columns by which a table is recognised.
  public var columns: [String] {
    switch self {
    case .expertGEMM:
      [
        "gpu", "kernel", "moe_dtype", "hidden_size", "inter_size", "topk", "num_experts",
        "moe_ep_size", "distribution", "num_tokens", "latency_us",
      ]
    case .wideExpertGEMM:
      [
        "gpu", "moe_dtype", "moe_kernel", "hidden_size", "inter_size", "topk", "num_experts",
        "num_slots", "moe_ep_size", "eplb", "distribution", "num_tokens", "latency_us",
      ]
    case .deepEPCompute:
      [
        "gpu", "phase", "kernel_source", "moe_dtype", "hidden_size", "inter_size", "topk",
        "num_experts", "moe_ep_size", "distribution", "num_tokens", "latency_us",
      ]
    case .groupedGEMM:
      [
        "gpu", "phase", "local_experts", "top_k", "hidden", "expert_ffn", "tokens_per_gpu",
        "tokens_per_expert_mean", "gate_up_us", "down_us",
      ]
    case .denseGEMM: ["gpu", "gemm_dtype", "m", "n", "k", "latency_us"]
    case .collective: ["gpu", "collective", "num_gpus", "bytes", "time_us"]
    case .customAllReduce: ["gpu", "impl", "num_gpus", "bytes", "time_us"]
    case .deepEPLowLatency:
      [
        "gpu", "nodes", "ep_size", "hidden_size", "topk", "num_experts", "tokens_per_rank",
        "dispatch_us", "combine_us",
      ]
    case .deepEPNormal:
      [
        "gpu", "nodes", "ep_size", "hidden_size", "topk", "num_experts", "tokens_per_rank",
        "dispatch_sms", "dispatch_us", "combine_sms", "combine_us",
      ]
    case .allToAll:
      [
        "gpu", "kernel", "phase", "moe_dtype", "hidden_size", "topk", "num_experts", "ep_size",
        "distribution", "tokens_per_rank", "time_us",
      ]
    case .published:
      [
        "library", "mode", "gpu", "nic", "op", "ep_size", "gpus_per_node", "tokens_per_rank",
        "hidden", "topk", "num_experts", "dtype", "bandwidth_GBps", "latency_us",
      ]
    }
  }

  /// The most specific first: a table of many columns may contain the columns of another kind.
  private static let recognitionOrder: [TableKind] = [
    .wideExpertGEMM, .deepEPCompute, .expertGEMM, .groupedGEMM, .deepEPNormal, .deepEPLowLatency,
    .allToAll, .published, .denseGEMM, .collective, .customAllReduce,
  ]

  /// The kind of `table`.
  ///
  /// - Throws: a fault that names the nearest kind and the columns it lacks.
  public init(of table: CSVTable) throws(TableFault) {
    if let kind = Self.recognitionOrder.first(where: { table.has($0.columns) }) {
      self = kind
      return
    }
    let known = Set(table.header)
    let nearest = Self.recognitionOrder.max { left, right in
      Self.share(left, known) < Self.share(right, known)
    }
    let missing = (nearest?.columns ?? []).filter { !known.contains($0) }
    throw TableFault(
      file: table.file, line: 1, message: "the columns fit no kind of measured table",
      fix: "nearest is «\(nearest?.rawValue ?? "")», which also needs "
        + missing.joined(separator: ", "))
  }

  private static func share(_ kind: TableKind, _ known: Set<String>) -> Double {
    Double(kind.columns.filter { known.contains($0) }.count) / Double(kind.columns.count)
  }
}
