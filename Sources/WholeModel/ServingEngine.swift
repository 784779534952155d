public import CostModels

/// What an engine adds to, and takes from, the kernels' own times in a serving step.
public struct ServingEngine: CalibratedFormula, Hashable {
  public static let name = "servingEngine"

  public static let constants: [ConstantSpec] = [
    ConstantSpec(
      "step", unit: "us", 1...3e4, start: 500, "Scheduler, sampling and launch of one step."),
    ConstantSpec(
      "sequence", unit: "us", 0.01...200, start: 3,
      "Host work for each sequence's token, beside the device: a step takes at least that."),
    ConstantSpec(
      "layer", unit: "us", 0.1...300, start: 10, "Small kernels and gaps of one layer."),
    ConstantSpec(
      "wholeLayer", unit: "us", 0.1...300, start: 3,
      "What grouped kernels of whole experts (sorting, idle experts) add to one layer."),
    ConstantSpec(
      "hop", unit: "us", 1e-3...50, start: 1,
      "Latency of each rank in summing the parts of experts split in width, in one layer."),
    ConstantSpec(
      "launchShare", unit: "1", 0.01...2, start: 0.5,
      "Part of the kernels' fixed times that a captured graph leaves."),
    ConstantSpec(
      "kernels", unit: "1", 0.3...3, start: 1, "Kernels' times over the measured tables' ones."),
    ConstantSpec(
      "cacheEfficiency", unit: "1", 0.05...1, start: 0.6,
      "Part of the memory bandwidth at which the cache is read."),
    ConstantSpec(
      "collectives", unit: "1", 0.2...8, start: 1, "Collectives' times over the tables' ones."),
    ConstantSpec(
      "exchanges", unit: "1", 0.2...8, start: 1,
      "Times of gathers and exchanges for the experts over the tables' ones."),
    ConstantSpec(
      "prefill", unit: "1", 0.01...3, start: 0.7,
      "Part of the prompts' passes that running sequences wait for."),
    ConstantSpec(
      "gatheredToken", unit: "us", 1e-3...20, start: 0.1,
      "Cost, in one layer, of a group's prompt token that more than eight ranks gather for whole "
        + "experts."),
    ConstantSpec(
      "summedToken", unit: "us", 1e-3...20, start: 0.1,
      "Cost, in one layer, of a prompt token gathered for experts split in width."),
  ]

  public var step, sequence, layer, wholeLayer, hop, launchShare, kernels: Double
  public var cacheEfficiency, collectives, exchanges, prefill: Double
  public var gatheredToken, summedToken: Double

  public init(values: [Double]) {
    step = values[0] * 1e-6
    sequence = values[1] * 1e-6
    layer = values[2] * 1e-6
    wholeLayer = values[3] * 1e-6
    hop = values[4] * 1e-6
    launchShare = values[5]
    kernels = values[6]
    cacheEfficiency = values[7]
    collectives = values[8]
    exchanges = values[9]
    prefill = values[10]
    gatheredToken = values[11] * 1e-6
    summedToken = values[12] * 1e-6
  }

  /// Seconds the devices need for one pass.
  public func seconds(_ parts: PassParts) -> Double {
    step + layer * parts.layers + wholeLayer * parts.wholeLayers + hop * parts.hops
      + launchShare * parts.launches + kernels * parts.kernels + parts.cache / cacheEfficiency
      + collectives * parts.collectives + exchanges * parts.exchanges
      + gatheredToken * parts.gatheredTokens + summedToken * parts.summedTokens
  }

  /// Seconds of one decode step: the devices and the host processes that receive every token of the
  /// step before work side by side, so the longer of the two binds.
  public func stepSeconds(_ load: ServingLoad) -> Double {
    smoothMaximum(seconds(load.decode), sequence * load.decode.sequences, order: 4)
  }

  /// Seconds for each token of a sequence in which it waits for the prompts of others.
  public func promptSeconds(_ load: ServingLoad) -> Double {
    prefill * load.prefillsPerToken * seconds(load.prefill)
  }

  /// Seconds between two tokens of a sequence in a deployment that keeps its batch full.
  public func secondsPerToken(_ load: ServingLoad) -> Double {
    stepSeconds(load) + promptSeconds(load)
  }

  /// Seconds to the first token of a request that does not queue.
  public func secondsToFirstToken(_ load: ServingLoad) -> Double {
    load.passesPerPrompt * seconds(load.prefill)
  }
}

/// A steady serving load: what a decode step does, and how often prompts come between.
public struct ServingLoad: Hashable, Sendable {
  public var decode: PassParts
  /// One pass over a prompt, or over a chunk of it.
  public var prefill: PassParts
  /// Prompt passes of the other sequences for each decode step.
  public var prefillsPerToken: Double
  /// Passes that one prompt takes.
  public var passesPerPrompt: Double
  /// Sequences that run at once in an attention group; fewer than asked for where memory is short.
  public var running: Int

  /// Tokens of a prompt that engines compute in one pass at most.
  public static let chunk = 8192

  public init(
    decode: PassParts, prefill: PassParts, prefillsPerToken: Double, passesPerPrompt: Double,
    running: Int
  ) {
    self.decode = decode
    self.prefill = prefill
    self.prefillsPerToken = prefillsPerToken
    self.passesPerPrompt = passesPerPrompt
    self.running = running
  }

  /// The load that `pass` makes of requests of one size.
  ///
  /// - Parameters:
  ///   - batch: sequences of one attention group.
  ///   - capacity: tokens that fit a group's cache, nil if not known.
  public init(_ pass: ForwardPass, batch: Int, input: Int, output: Int, capacity: Double? = nil) {
    let fitting = capacity.map { Int(Swift.min($0 / Double(input + output), 1e9)) } ?? batch
    running = Swift.max(1, Swift.min(batch, fitting))
    decode = pass.decode(sequences: running, context: Double(input) + Double(output) / 2)
    let tokens = Swift.min(input, Self.chunk)
    passesPerPrompt = Double(input) / Double(Swift.max(tokens, 1))
    prefill = pass.prefill(tokens: tokens, length: tokens, attended: Double(input + 1) / 2)
    prefillsPerToken = Double(running - 1) * passesPerPrompt / Double(Swift.max(output, 1))
  }
}
