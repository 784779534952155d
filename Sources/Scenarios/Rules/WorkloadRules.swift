internal import Diagnostics
internal import Domain

/// The keys of `workload` and `parallelism`.
enum WorkloadFields {
  static let phase: Field<Phase> = .choice(
    "phase", default: .decode, "What the model is doing.")
  static let tokensPerRank = Field.integer(
    "tokensPerRank", 1...10_000_000, required: true,
    "Tokens that enter a layer on each rank; in decode, sequences.")
  static let steps = Field.integer(
    "steps", 1...1_000_000, default: 100,
    """
    Steps that are simulated. Where neither these nor a precision are given, more while a mean step time \
    is not known to ±0.5 %, up to 1000.
    """)
  static let contextLength = Field.integer(
    "contextLength", 0...100_000_000, default: 1024,
    "Tokens already in each sequence's cache (decode).")
  static let sequenceLength = Field.integer(
    "sequenceLength", 1...100_000_000, default: 4096,
    "Tokens of one sequence (prefill, training).")
  static let microBatches = Field.integer(
    "microBatches", 1...65536, default: 1, "Micro-batches of one training step.")
  static let activationCheckpointing = Field.flag(
    "activationCheckpointing", default: false,
    "Compute the forward pass again in the backward pass (training).")
  static let shape = MappingShape(
    "One step's work on every rank, and how many steps.",
    [
      phase.description, tokensPerRank.description, steps.description, contextLength.description,
      sequenceLength.description, microBatches.description, activationCheckpointing.description,
    ])

  static let expert = Field.integer(
    "expert", 1...65536, "Ranks of one expert-parallel group; all ranks by default.")
  static let attentionData = Field.integer(
    "attentionData", 1...65536, "Ranks that attend to different sequences; all by default.")
  static let tensor = Field.integer(
    "tensor", 1...65536, default: 1, "Ranks that share one attention block.")
  static let pipeline = Field.integer("pipeline", 1...65536, default: 1, "Pipeline stages.")
  static let parallelismShape = MappingShape(
    "How the ranks share the model.",
    [expert.description, attentionData.description, tensor.description, pipeline.description])
}

/// Reads `workload`.
struct WorkloadRules {
  let reading: Reading
  private typealias Fields = WorkloadFields

  /// - Parameter mayGrow: whether the default of `steps` is only where a run begins.
  func read(_ item: YAMLItem, mayGrow: Bool) -> Workload? {
    guard let reader = MappingReader(item, Fields.shape, reading) else { return nil }
    let phase = reader.value(Fields.phase)
    let tokens = tokens(reader)
    let steps = reader.value(
      Fields.steps, else: Fields.steps.defaultValue, .default,
      mayGrow ? "default; more while a mean is not known to ±0.5 %" : "default")
    let context = reader.value(Fields.contextLength)
    let sequence = reader.value(Fields.sequenceLength)
    let microBatches = reader.value(Fields.microBatches)
    let checkpointing = reader.value(Fields.activationCheckpointing)
    if let phase { warnOfUnused(reader, phase) }
    guard let phase, let tokens, let steps, let context, let sequence, let microBatches,
      let checkpointing
    else { return nil }
    return Workload(
      phase: phase, tokensPerRank: tokens, steps: steps, contextLength: context,
      sequenceLength: sequence, microBatches: microBatches, activationCheckpointing: checkpointing)
  }

  /// No tokens are refused in their own words, since a step without work has no time to compare.
  private func tokens(_ reader: MappingReader) -> Int? {
    if let item = reader.raw(Fields.tokensPerRank.key), item.scalar == "0" {
      reading.error(
        .outOfRange, at: item,
        "'tokensPerRank' is 0: without tokens there is nothing to route or to time; give at least 1"
      )
      return nil
    }
    return reader.given(Fields.tokensPerRank)
  }

  private func warnOfUnused(_ reader: MappingReader, _ phase: Phase) {
    let unused: [(FieldDescription, Bool)] = [
      (Fields.contextLength.description, phase != .decode),
      (Fields.sequenceLength.description, phase == .decode),
      (Fields.microBatches.description, phase != .training),
      (Fields.activationCheckpointing.description, phase != .training),
    ]
    for (field, isUnused) in unused where isUnused && reader.raw(field.key) != nil {
      reading.report(
        .warning, .unusedKey, at: reader.path(field.key),
        "'\(field.key)' has no effect in \(phase.rawValue)")
    }
  }
}

/// Reads `parallelism`, whose defaults depend on the cluster.
struct ParallelismRules {
  let reading: Reading
  private typealias Fields = WorkloadFields

  /// `ranks` is absent where the cluster could not be read; then only the keys are checked.
  func read(_ item: YAMLItem?, in root: MappingReader, ranks: Int?) -> Parallelism? {
    let path = root.path("parallelism")
    guard let item else {
      guard let ranks else { return nil }
      for key in [Fields.expert.key, Fields.attentionData.key] {
        reading.assume("\(path).\(key)", "\(ranks)", .default, "all ranks")
      }
      return Parallelism(expert: ranks, attentionData: ranks)
    }
    guard let reader = MappingReader(item, Fields.parallelismShape, reading) else { return nil }
    let expert = reader.value(Fields.expert, else: ranks, .default, "all ranks")
    let data = reader.value(Fields.attentionData, else: ranks, .default, "all ranks")
    let tensor = reader.value(Fields.tensor)
    let pipeline = reader.value(Fields.pipeline)
    let isSupported = isSupported(reader, tensor, pipeline)
    guard let expert, let data, let tensor, let pipeline, let ranks, isSupported else { return nil }
    guard isDivided(reader, expert, data, ranks) else { return nil }
    return Parallelism(expert: expert, attentionData: data, tensor: tensor, pipeline: pipeline)
  }

  private func isSupported(_ reader: MappingReader, _ tensor: Int?, _ pipeline: Int?) -> Bool {
    let degrees = [(Fields.tensor.key, tensor ?? 1), (Fields.pipeline.key, pipeline ?? 1)]
    for (key, degree) in degrees where degree != 1 {
      reading.report(
        .error, .unsupportedParallelism, at: reader.path(key),
        "\(key) parallelism of \(degree) cannot be simulated yet; only 1 can",
        fixes: ["write '\(key): 1' or remove the key"])
    }
    return degrees.allSatisfy { $0.1 == 1 }
  }

  private func isDivided(
    _ reader: MappingReader, _ expert: Int, _ data: Int, _ ranks: Int
  ) -> Bool {
    guard expert <= ranks, ranks % expert == 0 else {
      let fitting = (1...expert).last { ranks % $0 == 0 && $0 <= ranks } ?? ranks
      reading.report(
        .error, .expertParallelism, at: reader.path(Fields.expert.key),
        "expert-parallel groups of \(expert) do not divide \(ranks) ranks",
        fixes: ["write 'expert: \(fitting)'"], help: ["\(fitting) divides them"])
      return false
    }
    guard data == ranks else {
      reading.report(
        .error, .unsupportedParallelism, at: reader.path(Fields.attentionData.key),
        "attentionData of \(data) on \(ranks) ranks cannot be simulated yet; only \(ranks) can",
        fixes: ["write 'attentionData: \(ranks)' or remove the key"])
      return false
    }
    return true
  }
}
