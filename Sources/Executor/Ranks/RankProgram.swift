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
  /// Experts whose weights were received in this run, `[layers × experts]`.
  var arrived: [Bool] = []
  /// The experts that the gate chose, `[layers][tokens × topK]`.
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
      sharedWeights = world.tokens.step.layers.map { layer in
        let buffer = FloatBuffer(count: shared.weightCount)
        weights.fill(buffer.pointer, expert: -1, layer: layer.layer)
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

  func routes(_ layer: Int) -> CopyRoutes { world.routes[layer][world.group(of: rank)] }

  func tokenCount(_ layer: Int) -> Int { tokens.dealt[layer][rank].tokens }

  func sharedWeights(_ layer: Int) -> UnsafePointer<Float> {
    UnsafePointer(sharedWeights[layer].pointer)
  }

  /// A buffer of the layer.
  func buffer(
    _ role: BufferRole, _ layer: Int, _ count: Int
  ) throws(ExecutionError) -> UnsafeMutablePointer<Float> {
    try workspace.buffer(role, slot: layer, count: count)
  }

  /// Bytes of this rank's own buffers.
  public var workspaceBytes: Int { workspace.bytes }

  // MARK: - A run

  /// Begins a run of `world`'s plan, which must be of the same tokens' sizes.
  public func begin(_ world: PlanWorld) throws(ExecutionError) {
    self.world = world
    let layers = tokens.step.layers.count
    arrived = [Bool](repeating: false, count: layers * model.experts)
    choices = [[UInt16]](repeating: [], count: layers)
    guard layers > 0 else { return }
    let count = tokenCount(0)
    let input = try buffer(.input, 0, count * hidden)
    let width = hidden - tokens.gateWidth
    for token in 0..<count {
      setCoordinates(of: token, layer: 0, in: input)
      if let data = tokens.data[rank] {
        (input + token * hidden + tokens.gateWidth).update(
          from: data.pointer + token * width, count: width)
      }
    }
  }

  /// Writes the part of a token's vector that the layer's gate looks at.
  func setCoordinates(of token: Int, layer: Int, in input: UnsafeMutablePointer<Float>) {
    guard let coordinates = tokens.coordinates[layer][rank] else { return }
    let width = tokens.gateWidth
    (input + token * hidden).update(from: coordinates.pointer + token * width, count: width)
  }

  /// Carries out an operation that is no exchange.
  ///
  /// - Throws: ``ExecutionError`` where the plan asks for what is not there.
  public func perform(_ id: OperationID) throws(ExecutionError) {
    let operation = world.plan.operations[id.index]
    let layer = Int(operation.layer)
    switch operation.work {
    case .join, .posting, .exchange: return
    case .update:
      throw .unsupported("training steps")
    case .attention:
      throw .unsupported("attention is not computed; leave 'attention' out of the model")
    case .gate: try route(layer)
    case .planning: try countLoads(layer)
    case .feedForward:
      guard operation.kind == .sharedExperts else {
        throw .unsupported("dense layers are not computed; select MoE layers with 'layers'")
      }
      try computeSharedExperts(layer)
    case .memoryPass:
      switch operation.kind {
      case .dispatch: try gather(layer)
      case .expertCompute: try sort(layer)
      case .combine: try sum(layer)
      case .attention, .routing, .weights, .dense, .sharedExperts, .collectives, .other: return
      }
    case .experts(let first, let count):
      try compute(world.plan.expertRows[Int(first)..<Int(first + count)], layer)
    }
  }
}
