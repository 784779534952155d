public import CostModels
private import RealModule

/// What a training framework adds to, and hides of, the kernels' own times.
public struct TrainingEngine: CalibratedFormula, Hashable {
  public static let name = "trainingEngine"

  public static let constants: [ConstantSpec] = [
    ConstantSpec(
      "kernels", unit: "1", 0.4...3, start: 1, "Products' times over the measured tables' ones."),
    ConstantSpec(
      "passes", unit: "1", 0.2...10, start: 2,
      "Passes over activations (norms, casts, permutation, residuals) for each eight that are sure."
    ),
    ConstantSpec(
      "host", unit: "us", 20...2e4, start: 1500,
      "Host time to launch one layer forward and backward; the layer takes it at least."),
    ConstantSpec(
      "exchanges", unit: "1", 0.02...2, start: 0.6,
      "Part of the expert exchanges that computation does not hide."),
    ConstantSpec(
      "gradients", unit: "1", 0.01...1.5, start: 0.3,
      "Part of gradient and parameter collectives that computation does not hide."),
    ConstantSpec(
      "overlap", unit: "1", 1...12, start: 3,
      "Order of the smooth maximum of host and device time."),
  ]

  public var kernels, passes, host, exchanges, gradients, overlap: Double

  public init(values: [Double]) {
    kernels = values[0]
    passes = values[1]
    host = values[2] * 1e-6
    exchanges = values[3]
    gradients = values[4]
    overlap = values[5]
  }

  /// Seconds of one optimizer step.
  ///
  /// A pipeline of p stages, each cut into v parts, is busy for m micro-batches and idle for
  /// (p − 1) / v of them (Narayanan et al., 2021, section 2.2).
  public func seconds(_ parts: TrainingParts) -> Double {
    let device =
      kernels * parts.kernels + passes * parts.passes + exchanges * parts.exchanges
    let launched = host * parts.layers
    let larger = Swift.max(device, launched)
    let ratio = larger > 0 ? Swift.min(device, launched) / larger : 0
    let microBatch = larger * Double.pow(1 + Double.pow(ratio, overlap), 1 / overlap)
    return microBatch * (parts.microBatches + parts.bubbles) + parts.update
      + gradients * parts.gradients
  }
}

/// The seconds of one training step, kept apart by what a framework may change about them.
public struct TrainingParts: Hashable, Sendable {
  /// Products of one micro-batch on one stage, forward and backward.
  public var kernels = 0.0
  /// Eight passes over the hidden vectors of each layer, forward and backward.
  public var passes = 0.0
  /// Dispatches and combines of one micro-batch, forward and backward.
  public var exchanges = 0.0
  /// Layers of a stage.
  public var layers = 0.0
  public var microBatches = 1.0
  /// Micro-batches a stage idles for while the pipeline fills and drains.
  public var bubbles = 0.0
  /// Reading and writing the optimizer's state once.
  public var update = 0.0
  /// Reducing gradients and gathering parameters over the data-parallel ranks.
  public var gradients = 0.0

  public init() {}
}
