public import Domain
import Quantities
public import Scenarios

/// Makes a scenario small enough for the cores of one machine, and says how.
///
/// What decides who works how much stays: ranks, experts, top-k, routing, placements, strategies.
/// What only makes work larger shrinks: layers, hidden and intermediate widths, tokens, steps. Options
/// that count tokens shrink with the tokens. Attention and dense layers are left out, and numbers have
/// 32 bits. A scenario that is small enough keeps its sizes.
public struct ExecutionScale: Sendable {
  /// The scenario to execute.
  public private(set) var scenario: Scenario
  /// What was changed, in sentences.
  public private(set) var changes: [String] = []
  /// Arithmetic of one step of one cell.
  public private(set) var flopsPerStep: Double

  /// Ranks beyond which nothing is executed.
  static let mostRanks = 64
  /// Arithmetic of a step, in floating-point operations, that is done as it is: about two seconds of
  /// one core.
  static let mostFlops = 150e9
  /// What a step is brought down to where it is more.
  static let aimedFlops = 12e9

  /// - Parameters:
  ///   - accelerator: this machine's core.
  ///   - memoryBytes: what the weights may take, all ranks together.
  /// - Throws: ``WorkbenchError/failed(_:)`` where the scenario cannot be brought down.
  public init(
    _ scenario: Scenario, accelerator: Accelerator, memoryBytes: Double
  ) throws(WorkbenchError) {
    self.scenario = scenario
    flopsPerStep = 0
    let ranks = scenario.cluster.ranks
    guard ranks <= Self.mostRanks else {
      throw .failed(
        """
        \(ranks) ranks are more than one machine can stand for; execute a scenario of at most \
        \(Self.mostRanks) ranks: nodes and acceleratorsPerNode of 'cluster', and 'expert' of \
        'parallelism'
        """)
    }
    self.scenario.cluster.accelerator = accelerator
    leaveOutAttention()
    joinChunks()
    self.scenario.model.weightFormat = .fp32
    self.scenario.model.activationFormat = .fp32
    flopsPerStep = Self.flops(self.scenario)
    if flopsPerStep > Self.mostFlops || Self.weightBytes(self.scenario) > memoryBytes {
      shrink(memoryBytes: memoryBytes)
      flopsPerStep = Self.flops(self.scenario)
    }
    let needed = Self.weightBytes(self.scenario)
    guard needed <= memoryBytes else {
      throw .failed(
        """
        the weights take \(QuantityFormat.memory(needed)) and may take \
        \(QuantityFormat.memory(memoryBytes)); take fewer experts or layers, 'expertWeights: shard', \
        or raise --memory-limit
        """)
    }
  }

  /// Arithmetic of one step of one cell, forward, and three times that where it trains.
  static func flops(_ scenario: Scenario) -> Double {
    let model = scenario.model
    let copies = Double(scenario.cluster.ranks * scenario.workload.tokensPerRank * model.topK)
    let layers = Double(model.layers.count)
    let passes = scenario.workload.phase == .training ? 3.0 : 1
    return 2 * model.expertParameters * copies * layers * passes
  }

  /// Bytes of the experts' weights on all ranks: a copy for every placement and half as many again, and
  /// on no rank more than one of each.
  static func weightBytes(_ scenario: Scenario) -> Double {
    let model = scenario.model
    let layers = Double(model.experts * model.layers.count) * model.expertParameters * 4
    let ranks = Double(scenario.cluster.ranks)
    let placed =
      ranks / Double(max(1, scenario.parallelism.expert))
      * (0.5 + Double(scenario.placements.count))
    let copies = scenario.memory.expertWeights == .all ? ranks : min(ranks, placed)
    return layers * copies * (scenario.workload.phase == .training ? 2 : 1)
  }

  private mutating func leaveOutAttention() {
    if scenario.model.attention != nil { changes.append("attention was left out") }
    if scenario.model.denseLayers > 0 { changes.append("dense layers were left out") }
    scenario.model.attention = nil
    scenario.model.denseLayers = 0
    scenario.model.vocabulary = 0
  }

  /// Executed rows travel at once.
  private mutating func joinChunks() {
    for index in scenario.strategies.indices {
      guard case .integer(let chunks)? = scenario.strategies[index].options["chunks"], chunks > 1
      else { continue }
      scenario.strategies[index].options["chunks"] = .integer(1)
      changes.append("rows of '\(scenario.strategies[index].label)' in one chunk, not \(chunks)")
    }
  }

  // MARK: - Shrinking

  private mutating func shrink(memoryBytes: Double) {
    let widths = (scenario.model.hiddenSize, scenario.model.expertIntermediateSize)
    limitLayers(to: 2)
    limitWidths()
    limitTokens()
    if Self.weightBytes(scenario) > memoryBytes, scenario.memory.expertWeights == .all {
      scenario.memory.expertWeights = .shard
      changes.append("ranks keep the experts that placements give them, not all")
    }
    if Self.weightBytes(scenario) > memoryBytes { limitLayers(to: 1) }
    halveWidths(memoryBytes: memoryBytes)
    let model = scenario.model
    guard (model.hiddenSize, model.expertIntermediateSize) != widths else { return }
    changes.append(
      """
      hidden width \(model.hiddenSize) instead of \(widths.0), intermediate width \
      \(model.expertIntermediateSize) instead of \(widths.1)
      """)
  }

  private mutating func limitLayers(to count: Int) {
    let layers = scenario.model.layers
    guard layers.count > count else { return }
    scenario.model.layers = Array(layers.prefix(count))
    changes.append("\(count) of \(layers.count) layers")
  }

  /// Widths of at most 512, or as many as there are experts so that each has a dimension of its own.
  private mutating func limitWidths() {
    let model = scenario.model
    let hidden = min(model.hiddenSize, max(512, min(1024, (model.experts + 63) / 64 * 64)))
    let factor = Double(hidden) / Double(model.hiddenSize)
    func scaled(_ width: Int) -> Int {
      let narrow = (Double(width) * factor / 64).rounded() * 64
      return width == 0 ? 0 : min(width, max(128, min(1024, Int(narrow))))
    }
    scenario.model.hiddenSize = hidden
    scenario.model.expertIntermediateSize = scaled(model.expertIntermediateSize)
    scenario.model.sharedIntermediateSize = scaled(model.sharedIntermediateSize)
  }

  /// Narrower experts until their weights fit, down to 64 either way.
  private mutating func halveWidths(memoryBytes: Double) {
    while Self.weightBytes(scenario) > memoryBytes {
      let model = scenario.model
      if model.expertIntermediateSize > 64 {
        scenario.model.expertIntermediateSize = max(64, model.expertIntermediateSize / 2)
      } else if model.hiddenSize > 64 {
        scenario.model.hiddenSize = max(64, model.hiddenSize / 2)
      } else {
        return
      }
    }
  }

  /// Tokens that bring a step near the aim, and options that count them.
  private mutating func limitTokens() {
    let tokens = scenario.workload.tokensPerRank
    let wanted = Double(tokens) * Self.aimedFlops / Self.flops(scenario)
    let kept = min(tokens, max(16, Int(wanted / 16) * 16))
    guard kept < tokens else { return }
    scenario.workload.tokensPerRank = kept
    scenario.workload.sequenceLength = min(scenario.workload.sequenceLength, kept)
    changes.append("\(kept) tokens a rank instead of \(tokens)")
    for index in scenario.strategies.indices {
      guard case .integer(let chunk)? = scenario.strategies[index].options["minimumChunk"],
        chunk > 0
      else { continue }
      let smaller = max(1, chunk * kept / tokens)
      scenario.strategies[index].options["minimumChunk"] = .integer(smaller)
      changes.append(
        "minimumChunk \(smaller) of '\(scenario.strategies[index].label)' instead of \(chunk)")
    }
  }
}

extension ExecutionScale {
  /// Keeps so many steps.
  public mutating func limitSteps(to count: Int) {
    let steps = scenario.workload.steps
    guard count < steps else { return }
    scenario.workload.steps = count
    changes.append("\(count) of \(steps) steps")
  }
}
