internal import Domain
internal import Kernels
public import Plan

/// Carries out the operations of one rank on its own memory.
///
/// A class because it owns the rank's memory from run to run.
public final class RankProgram {
  public let rank: Int
  let store: WeightStore
  let workspace: Workspace
  private(set) var world: PlanWorld
  let network: FeedForwardNetwork
  let sharedNetwork: FeedForwardNetwork?
  private let sharedWeights: [FloatBuffer]
  /// Experts whose weights were received in this run, `[slots × experts]`.
  var arrived: [Bool] = []
  /// Experts of which there are gradients in this run, `[layers × experts]`.
  var hasGradient: [Bool] = []
  /// Gradients that came home and were not added yet: experts and buffers, by layer.
  var pendingGradients: [[(expert: Int, role: BufferRole)]] = []
  /// The experts that the gate chose, `[slots][tokens × topK]`.
  var choices: [[UInt16]] = []
  /// Layers in which the gate did not choose what the scenario says, so that it was imposed.
  public internal(set) var correctedLayers: Set<Int> = []

  public init(rank: Int, world: PlanWorld, store: WeightStore, budget: MemoryBudget) {
    self.rank = rank
    self.store = store
    self.world = world
    workspace = Workspace(budget: budget)
    let model = world.tokens.model
    network = SeededWeights(model: model, seed: 0).network
    if model.sharedIntermediateSize > 0 {
      let shared = FeedForwardNetwork(
        hidden: model.hiddenSize, intermediate: model.sharedIntermediateSize,
        isGated: model.gated)
      let weights = SeededWeights(network: shared, seed: world.tokens.seed)
      sharedWeights = model.layers.map { layer in
        let buffer = FloatBuffer(count: shared.weightCount)
        weights.fill(buffer.pointer, expert: -1, layer: layer)
        return buffer
      }
      sharedNetwork = shared
    } else {
      sharedNetwork = nil
      sharedWeights = []
    }
  }

  // MARK: - What the rank works on

  var tokens: TokenWorld { world.tokens }
  var model: MoEModel { world.tokens.model }
  var hidden: Int { model.hiddenSize }
  var group: Range<Int> { world.groups[world.group(of: rank)] }
  /// This rank's place in its group.
  var member: Int { rank - group.lowerBound }

  func routes(_ slot: Int) -> CopyRoutes { world.routes[slot][world.group(of: rank)] }

  func tokenCount(_ slot: Int) -> Int { tokens.dealt[slot][rank].tokens }

  func sharedWeights(_ slot: Int) -> UnsafePointer<Float> {
    UnsafePointer(sharedWeights[tokens.layer(slot)].pointer)
  }

  /// The slot that an operation works on.
  func slot(_ operation: Operation) -> Int {
    Int(operation.microBatch) * tokens.layers + Int(operation.layer)
  }

  /// A buffer of a slot, or of a layer where it serves all micro-batches.
  func buffer(
    _ role: BufferRole, _ slot: Int, _ count: Int
  ) throws(ExecutionError) -> UnsafeMutablePointer<Float> {
    try workspace.buffer(role, slot: slot, count: count)
  }

  /// Bytes of this rank's own buffers.
  public var workspaceBytes: Int { workspace.bytes }

  // MARK: - A run

  /// Begins a run of `world`'s plan.
  public func begin(_ world: PlanWorld) throws(ExecutionError) {
    self.world = world
    arrived = [Bool](repeating: false, count: tokens.slots * model.experts)
    hasGradient = [Bool](repeating: false, count: tokens.layers * model.experts)
    pendingGradients = Array(repeating: [], count: tokens.layers)
    choices = [[UInt16]](repeating: [], count: tokens.slots)
    guard tokens.layers > 0 else { return }
    try clearSharedGradients()
    for (part, data) in tokens.data.enumerated() {
      let slot = part * tokens.layers
      let count = tokenCount(slot)
      let input = try buffer(.input, slot, count * hidden)
      let width = hidden - tokens.gateWidth
      for token in 0..<count {
        setCoordinates(of: token, slot, in: input)
        guard let data = data[rank] else { continue }
        (input + token * hidden + tokens.gateWidth).update(
          from: data.pointer + token * width, count: width)
      }
    }
  }

  /// Writes the part of a token's vector that the layer's gate looks at.
  func setCoordinates(of token: Int, _ slot: Int, in input: UnsafeMutablePointer<Float>) {
    guard let coordinates = tokens.coordinates[slot][rank] else { return }
    let width = tokens.gateWidth
    (input + token * hidden).update(from: coordinates.pointer + token * width, count: width)
  }

  /// Carries out an operation that is no exchange.
  ///
  /// - Throws: ``ExecutionError`` where the plan asks for what is not there.
  public func perform(_ id: OperationID) throws(ExecutionError) {
    let operation = world.plan.operations[id.index]
    switch operation.work {
    case .join, .posting, .solving, .exchange: return
    case .attention:
      throw .unsupported("attention is not computed; leave 'attention' out of the model")
    case .update: try update()
    case .gate, .planning, .feedForward, .memoryPass, .experts:
      if operation.pass == .backward {
        try performBackward(operation)
      } else {
        try performForward(operation)
      }
    }
  }
}
