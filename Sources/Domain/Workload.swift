/// What the model is doing.
public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
  case prefill, decode, training
}

/// One step's work on every rank, and how many steps are looked at.
public struct Workload: Hashable, Sendable {
  public var phase: Phase
  /// Tokens that enter a layer on each rank; in decode, sequences.
  public var tokensPerRank: Int
  public var steps: Int
  /// Tokens already in each sequence's cache (decode).
  public var contextLength: Int
  /// Tokens of one sequence (prefill, training).
  public var sequenceLength: Int
  /// Micro-batches of one training step.
  public var microBatches: Int
  /// Whether the forward pass is computed again in the backward pass (training).
  public var activationCheckpointing: Bool

  public init(
    phase: Phase, tokensPerRank: Int, steps: Int, contextLength: Int = 1024,
    sequenceLength: Int = 4096, microBatches: Int = 1, activationCheckpointing: Bool = false
  ) {
    self.phase = phase
    self.tokensPerRank = tokensPerRank
    self.steps = steps
    self.contextLength = contextLength
    self.sequenceLength = sequenceLength
    self.microBatches = microBatches
    self.activationCheckpointing = activationCheckpointing
  }
}

extension Workload {
  /// Tokens that a full rank has in one micro-batch.
  public var tokensPerMicroBatch: Int {
    phase == .training ? (tokensPerRank + microBatches - 1) / max(1, microBatches) : tokensPerRank
  }
}

/// How the ranks share the model.
public struct Parallelism: Hashable, Sendable {
  /// Ranks of one expert-parallel group: consecutive ranks hold all experts of a layer once.
  public var expert: Int
  /// Ranks that attend to different sequences.
  public var attentionData: Int
  /// Ranks that share one attention block.
  public var tensor: Int
  /// Pipeline stages.
  public var pipeline: Int

  public init(expert: Int, attentionData: Int, tensor: Int = 1, pipeline: Int = 1) {
    self.expert = expert
    self.attentionData = attentionData
    self.tensor = tensor
    self.pipeline = pipeline
  }
}
