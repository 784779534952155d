import Domain
import Plan

/// Bytes that a training step keeps from the forward pass of a layer to its backward pass.
///
/// Counted as in Reducing Activation Recomputation in Large Transformer Models (section 4.1), 16 bits
/// an element, scores only where the attention kernel stores them. Under checkpointing the forward pass
/// keeps a layer's input alone and the recomputation everything else.
struct LayerMemory {
  let isTraining: Bool
  let isCheckpointing: Bool
  /// A token's input of the layer.
  let input: Double
  /// Everything else that a token leaves in attention, normalisation and gate.
  private let token: Double
  /// A token's activations inside the shared experts.
  private let sharedExperts: Double
  /// A copy's input and activations inside its expert.
  private let row: Double
  /// A copy's result as it came back, for the gradient of its gate weight.
  private let result: Double
  /// A token's activations of a dense layer's feed-forward network.
  private let dense: Double

  init(context: StepContext) {
    let model = context.model
    isTraining = context.workload.phase == .training
    isCheckpointing = isTraining && context.workload.activationCheckpointing
    let hidden = 2 * Double(model.hiddenSize)
    // What a gated network keeps: gate, up and their product; a plain one its two sides of the
    // activation function.
    let widths = Double(model.gated ? 3 : 2) * 2
    input = hidden
    // Beside attention: the input of the MoE part, and the gate's scores in 32 bits.
    token =
      Self.attention(model, context.workload.sequenceLength) + hidden + 4 * Double(model.experts)
    sharedExperts = widths * Double(model.sharedIntermediateSize)
    row = hidden + widths * Double(model.expertIntermediateSize)
    result = hidden
    dense =
      Self.attention(model, context.workload.sequenceLength) + hidden + widths
      * Double(model.denseIntermediateSize)
  }

  /// The normalised input, queries, keys, values, the output before its projection, the sum behind it.
  private static func attention(_ model: MoEModel, _ sequenceLength: Int) -> Double {
    guard let shape = model.attention else { return 0 }
    let queries = shape.heads * (shape.headDimension + shape.ropeDimension)
    let keysAndValues =
      shape.kind == .mla
      ? shape.heads * (shape.headDimension + shape.ropeDimension + shape.valueDimension)
        + shape.queryRank + shape.keyValueRank
      : shape.cachedElementsPerToken
    let output = shape.heads * shape.valueDimension
    let statistics = 4 * Double(shape.heads)
    // Softmax, dropout's output and its mask.
    let scores =
      shape.storesScores ? 5 * Double(shape.heads) * Double(sequenceLength) : statistics
    return 2 * Double(2 * model.hiddenSize + queries + keysAndValues + output) + scores
  }

  /// Whether `pass` leaves behind what the backward pass needs.
  func keeps(_ pass: Pass) -> Bool {
    switch pass {
    case .forward: isTraining && !isCheckpointing
    case .recomputation: true
    case .backward, .update: false
    }
  }

  /// What attention and gate of `pass` take for `tokens` tokens and keep.
  func kept(tokens: Int32, by pass: Pass) -> Double {
    let own = Double(tokens) * (keeps(pass) ? token : 0)
    return pass == .forward && isTraining ? own + Double(tokens) * input : own
  }

  /// What the passes before the backward pass have kept for `tokens` tokens.
  func kept(tokens: Int32) -> Double { Double(tokens) * (input + token) }

  func sharedExperts(tokens: Int32) -> Double { Double(tokens) * sharedExperts }
  func rows(_ copies: Int) -> Double { Double(copies) * row }
  func results(_ copies: Double) -> Double { copies * result }
  func denseLayer(tokens: Int32) -> Double { Double(tokens) * (input + dense) }
}
