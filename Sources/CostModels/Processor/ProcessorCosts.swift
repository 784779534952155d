public import Domain
public import Plan

/// Seconds of every operation of a plan that this machine's own cores carry out, from what
/// `shunt calibrate measure` measured of them.
///
/// The formulas name what the executor does at each station, row by row: products, activations,
/// copies of rows, scaled additions. Bytes and launches that plans carry for accelerators are not
/// looked at.
public struct ProcessorCosts: OperationCostModel {
  private let profile: ProcessorProfile
  private let model: MoEModel
  private let factors: [Double]
  /// How much of the products' weights come from memory, 0 to 1.
  private let streamedShare: Double
  /// What each rank has to do in every layer of the plan at hand.
  private let loads: LayerLoads

  public init(profile: ProcessorProfile, cluster: Cluster, model: MoEModel, workload: Workload) {
    self.profile = profile
    self.model = model
    factors = cluster.computeFactors
    let copies = workload.phase == .training ? 2.0 : 1.0
    let bytes =
      copies * 4 * model.expertParameters * Double(model.experts) * Double(model.layers.count)
    streamedShare = max(0, min(1, bytes / max(1, profile.cacheBytes) - 0.5))
    loads = LayerLoads()
  }

  private init(_ other: ProcessorCosts, _ loads: LayerLoads) {
    profile = other.profile
    model = other.model
    factors = other.factors
    streamedShare = other.streamedShare
    self.loads = loads
  }

  public func prepared(for plan: ExecutionPlan) -> any OperationCostModel {
    ProcessorCosts(self, LayerLoads(plan))
  }

  public func seconds(of operation: Operation, in plan: ExecutionPlan) -> Double {
    var seconds: Double
    let load = loads.load(of: operation)
    let isBackward = operation.pass == .backward
    switch operation.work {
    // The program was solved when the plan was made; an executor does not solve it again.
    case .join, .exchange, .posting, .attention, .solving: return 0
    case .gate(let tokens, let copies):
      seconds =
        isBackward ? gateGradient(Double(tokens)) : gate(Double(tokens), Double(copies))
    case .planning(let experts): seconds = profile.sorting.seconds(at: Double(experts))
    case .memoryPass:
      seconds = pass(operation, load)
    case .experts(let first, let count):
      let rows = plan.expertRows[Int(first)..<Int(first + count)]
      let shape = NetworkShape(model, intermediate: model.expertIntermediateSize)
      seconds =
        rows.reduce(0) {
          let rows = Double($1.rows)
          return $0 + (isBackward ? networkGradient(shape, rows) : network(shape, rows))
        } + rowCopies(load.computed)
      if isBackward, operation.microBatch == 0 {
        seconds += Double(rows.count { $0.rows > 0 }) * clearing(model.expertParameters)
      }
    case .feedForward(let tokens, let intermediate):
      let shape = NetworkShape(model, intermediate: Int(intermediate))
      seconds =
        isBackward
        ? networkGradient(shape, Double(tokens)) : network(shape, Double(tokens))
    case .update(let parameters): seconds = 4 * profile.addition.seconds(at: parameters)
    }
    return (seconds + profile.operationSeconds) * factors[Int(operation.rank)]
  }

  public func startupSeconds(of payload: Exchange.Payload, in plan: ExecutionPlan) -> Double {
    profile.operationSeconds
  }

  public func collectiveSeconds(
    _ kind: CollectiveKind, bytes: Double, ranks: RankSet
  ) -> Double {
    guard kind == .allReduce, ranks.count > 1 else { return profile.operationSeconds }
    // The members' numbers are added up one after another and copied back; each carries its part.
    let others = Double(ranks.count - 1) / Double(ranks.count)
    return profile.operationSeconds
      + others * (profile.addition.seconds(at: bytes / 4) + profile.copy.seconds(at: bytes))
  }
}

extension ProcessorCosts {
  private var hidden: Double { Double(model.hiddenSize) }

  // MARK: - Stations

  private func gate(_ tokens: Double, _ copies: Double) -> Double {
    let experts = Double(model.experts)
    return product(\.forward, tokens, experts, hidden)
      + profile.choice.seconds(at: tokens * experts) + profile.sorting.seconds(at: copies)
  }

  private func gateGradient(_ tokens: Double) -> Double {
    let experts = Double(model.experts)
    return product(\.inputGradient, tokens, hidden, experts)
      + product(\.weightGradient, hidden, experts, tokens)
  }

  /// Rows on their way, by station and direction.
  private func pass(_ operation: Operation, _ load: LayerLoads.Load) -> Double {
    switch (operation.kind, operation.pass) {
    case (.dispatch, .backward): additions(load.sent)
    case (.dispatch, _): rowCopies(load.sent)
    case (.expertCompute, _): rowCopies(load.computed)
    case (.combine, .backward): 2 * additions(load.sent)
    case (.combine, _):
      additions(load.sent) + additions(load.tokens) + 2 * rowCopies(load.tokens)
    case (.weights, .backward):
      profile.addition.seconds(at: Double(load.gradients) * model.expertParameters)
    default: 0
    }
  }

  private func rowCopies(_ rows: Int) -> Double {
    profile.gather.seconds(at: Double(rows) * hidden * 4)
  }

  private func additions(_ rows: Int) -> Double {
    profile.addition.seconds(at: Double(rows) * hidden)
  }

  /// Zeros written over gradients before the first micro-batch adds to them: the caches read and
  /// write two of the three streams of a copy.
  private func clearing(_ parameters: Double) -> Double {
    profile.copy.seconds(at: parameters * 4) * 2 / 3
  }

  // MARK: - Networks

  private struct NetworkShape {
    let intermediate: Double
    let firstWidth: Double

    init(_ model: MoEModel, intermediate: Int) {
      self.intermediate = Double(intermediate)
      firstWidth = Double(model.gated ? 2 * intermediate : intermediate)
    }
  }

  private func network(_ shape: NetworkShape, _ rows: Double) -> Double {
    product(\.forward, rows, shape.firstWidth, hidden)
      + profile.activation.seconds(at: rows * shape.intermediate)
      + product(\.forward, rows, hidden, shape.intermediate)
  }

  /// Activations again, both products' gradients, and the activation's between them.
  private func networkGradient(_ shape: NetworkShape, _ rows: Double) -> Double {
    profile.activation.seconds(at: rows * shape.intermediate)
      + product(\.weightGradient, shape.intermediate, hidden, rows)
      + product(\.inputGradient, rows, shape.intermediate, hidden)
      + profile.activationGradient.seconds(at: rows * shape.intermediate)
      + product(\.weightGradient, hidden, shape.firstWidth, rows)
      + product(\.inputGradient, rows, hidden, shape.firstWidth)
  }

  private func product(
    _ kind: KeyPath<ProcessorProfile.Products, ProductTable>, _ rows: Double, _ columns: Double,
    _ depth: Double
  ) -> Double {
    let cached = profile.cached[keyPath: kind].seconds(rows: rows, columns: columns, depth: depth)
    guard streamedShare > 0 else { return cached }
    let streamed = profile.streamed[keyPath: kind].seconds(
      rows: rows, columns: columns, depth: depth)
    return cached + (streamed - cached) * streamedShare
  }
}

/// What the ranks have to do in the layers of one plan, read off its operations once.
private struct LayerLoads: Sendable {
  struct Load: Hashable, Sendable {
    /// Tokens of the rank.
    var tokens = 0
    /// Copies of its tokens.
    var sent = 0
    /// Rows that it computes.
    var computed = 0
    /// Experts whose gradients it receives.
    var gradients = 0
  }

  private var loads: [Key: Load] = [:]

  private struct Key: Hashable {
    var rank: Int32
    var layer: Int32
    var microBatch: Int32

    init(_ operation: Operation) {
      rank = operation.rank
      layer = operation.layer
      microBatch = operation.microBatch
    }
  }

  init() {}

  /// - Complexity: O(operations + transfers).
  init(_ plan: ExecutionPlan) {
    for operation in plan.operations where operation.layer >= 0 {
      let key = Key(operation)
      switch operation.work {
      case .gate(let tokens, let copies):
        loads[key, default: Load()].tokens = Int(tokens)
        loads[key, default: Load()].sent = Int(copies)
      case .experts(let first, let count):
        let rows = plan.expertRows[Int(first)..<Int(first + count)]
        loads[key, default: Load()].computed = rows.reduce(0) { $0 + Int($1.rows) }
      case .exchange(let exchange):
        if case .transfers(let first, let count) = plan.exchanges[Int(exchange)].payload {
          for transfer in plan.transfers[Int(first)..<Int(first + count)]
          where transfer.content == .gradients && transfer.to == operation.rank {
            loads[key, default: Load()].gradients += 1
          }
        }
      case .join, .attention, .planning, .solving, .posting, .memoryPass, .feedForward, .update:
        break
      }
    }
  }

  func load(of operation: Operation) -> Load {
    loads[Key(operation)] ?? Load()
  }
}
