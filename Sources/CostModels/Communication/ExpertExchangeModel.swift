public import Domain
private import Quantities

/// What the event simulator needs of an exchange kernel: how fast its flows run and what each
/// operation costs whatever it moves.
public struct ExchangeCosts: Hashable, Sendable {
  /// Part of the node link's line rate that a flow reaches, the copying multiprocessors included.
  public var linkFraction: Double
  /// Part of the NIC's line rate that a flow reaches.
  public var networkFraction: Double
  /// Floor of one operation in seconds, paid once whatever it moves.
  public var floorSeconds: Double
  /// Work of the sending and receiving rank for every token, in seconds.
  public var perTokenSeconds: Double
  /// Bytes of one token copy on the wire, scales included.
  public var bytesPerCopy: Double
}

/// Seconds of dispatch and combine over the ranks of a cluster.
public struct ExpertExchangeModel: Sendable {
  public let kernel: ExchangeKernel
  public let shape: ExchangeShape
  private let formulas: [ExchangePhase: ExchangeFormula]
  private let origins: [ExchangePhase: ConstantOrigin]
  private let collective: CollectiveModel?
  private let linkRate: Double
  private let networkRate: Double
  private let workers: Double

  /// - Parameter communicationProcessors: multiprocessors given to DeepEP's normal kernels (20 by
  ///   its own default); the other kernels use all.
  public init(
    kernel: ExchangeKernel, shape: ExchangeShape, cluster: Cluster,
    communicationProcessors: Int = 20, parameters: CostParameters
  ) {
    let interNode = shape.nodes > 1
    var formulas: [ExchangePhase: ExchangeFormula] = [:]
    var origins: [ExchangePhase: ConstantOrigin] = [:]
    for phase in ExchangePhase.allCases {
      let resolved = parameters.constants(
        of: ExchangeFormula.self, on: cluster.accelerator,
        variants: ExchangeFormula.variants(kernel: kernel, phase: phase, interNode: interNode),
        linkRate: cluster.intraNode.bandwidth.bytesPerSecond)
      formulas[phase] = ExchangeFormula(values: resolved.values)
      origins[phase] = resolved.origin
    }
    self.kernel = kernel
    self.shape = shape
    self.formulas = formulas
    self.origins = origins
    self.collective =
      kernel == .nccl
      ? CollectiveModel(.allToAll, cluster: cluster, parameters: parameters) : nil
    self.linkRate = cluster.intraNode.bandwidth.bytesPerSecond
    self.networkRate = cluster.interNode.bandwidth.bytesPerSecond
    self.workers =
      kernel == .deepEPNormal
      ? Double(communicationProcessors) : Double(cluster.accelerator.processorCount)
  }

  /// Where the constants of `phase` come from.
  public func origin(of phase: ExchangePhase) -> ConstantOrigin {
    collective?.origin ?? origins[phase] ?? .assumed
  }

  /// Seconds of `phase` when every rank holds `tokens` tokens of `bytesPerCopy` bytes.
  ///
  /// Preparation and notification move no payload; DeepEP's notify exists between nodes only.
  public func seconds(_ phase: ExchangePhase, tokens: Double, bytesPerCopy: Double) -> Double {
    if let collective { return ncclSeconds(collective, phase, tokens, bytesPerCopy) }
    guard let formula = formulas[phase], exists(phase) else { return 0 }
    let load = shape.load(
      tokens: tokens, bytesPerCopy: phase.movesPayload ? bytesPerCopy : 0, kernel: kernel,
      workers: workers)
    return formula.seconds(load, linkRate: linkRate, networkRate: networkRate)
  }

  /// The effective rates and floors of `phase` for the event simulator.
  public func costs(_ phase: ExchangePhase, bytesPerCopy: Double) -> ExchangeCosts {
    if let collective { return ncclCosts(collective, phase, bytesPerCopy) }
    let formula = formulas[phase] ?? ExchangeFormula(values: ExchangeFormula.startingValues)
    let load = shape.load(
      tokens: 1, bytesPerCopy: bytesPerCopy, kernel: kernel, workers: workers)
    let working = formula.workSeconds(load)
    let wire = load.linkCopiesPerToken * bytesPerCopy / linkRate
    let bound = wire > 0 ? Swift.min(formula.linkEfficiency, wire / Swift.max(working, 1e-15)) : 1
    let congestion = power(Swift.max(load.nodes, 2) / 2, formula.networkCongestion)
    return ExchangeCosts(
      linkFraction: Swift.min(1, Swift.max(bound, 1e-4)),
      networkFraction: Swift.min(1, Swift.max(formula.networkEfficiency / congestion, 1e-4)),
      floorSeconds: formula.floorSeconds(load),
      perTokenSeconds: working, bytesPerCopy: bytesPerCopy)
  }

  private func exists(_ phase: ExchangePhase) -> Bool {
    switch phase {
    case .dispatch, .combine: true
    case .prepare, .combineLowPrecision: kernel == .nvLinkTwoSided || kernel == .nvLinkOneSided
    case .dispatchNotify, .combineNotify: kernel == .deepEPNormal && shape.nodes > 1
    }
  }

  private func ncclSeconds(
    _ collective: CollectiveModel, _ phase: ExchangePhase, _ tokens: Double, _ bytes: Double
  ) -> Double {
    guard phase == .dispatch || phase == .combine else { return 0 }
    return collective.seconds(bytes: tokens * Double(shape.topK) * bytes, ranks: shape.ranks)
  }

  private func ncclCosts(
    _ collective: CollectiveModel, _ phase: ExchangePhase, _ bytes: Double
  ) -> ExchangeCosts {
    // The link's part is what ranks of one node reach; beyond it the NICs have a part of their own.
    let large = 64e6
    let near = Swift.min(shape.ranks, Swift.max(shape.ranksPerNode, 1))
    let wire = Collective.allToAll.wireBytes(large, ranks: near)
    let seconds =
      collective.seconds(bytes: large, ranks: near) - collective.seconds(bytes: 1, ranks: near)
    let floor = collective.seconds(bytes: 1, ranks: shape.ranks)
    let fraction = seconds > 0 ? Swift.min(1, wire / seconds / linkRate) : 1
    return ExchangeCosts(
      linkFraction: fraction, networkFraction: 0.9, floorSeconds: floor, perTokenSeconds: 0,
      bytesPerCopy: bytes)
  }
}

extension ExchangePhase {
  /// Whether the phase carries token rows.
  public var movesPayload: Bool {
    switch self {
    case .dispatch, .combine, .combineLowPrecision: true
    case .prepare, .dispatchNotify, .combineNotify: false
    }
  }
}

extension ExchangeFormula {
  /// The key of the constants of one phase of `kernel`.
  public static func variant(
    kernel: ExchangeKernel, phase: ExchangePhase, interNode: Bool
  ) -> String {
    "\(kernel.rawValue)/\(interNode ? "interNode" : "intraNode")/\(phase.rawValue)"
  }

  /// Keys to try, best first.
  public static func variants(
    kernel: ExchangeKernel, phase: ExchangePhase, interNode: Bool
  ) -> [String] {
    let places = interNode ? [true, false] : [false, true]
    let phases = phase == .combineLowPrecision ? [phase, .combine] : [phase]
    let kernels = [kernel] + kernel.substitutes
    return kernels.flatMap { kernel in
      places.flatMap { place in
        phases.map { variant(kernel: kernel, phase: $0, interNode: place) }
      }
    }
  }
}

extension ExchangeKernel {
  /// Kernels whose constants serve where this one was never measured.
  var substitutes: [ExchangeKernel] {
    switch self {
    case .deepEPNormal: [.nvLinkTwoSided]
    case .deepEPLowLatency: [.nvLinkOneSided]
    case .nvLinkTwoSided: [.nvLinkOneSided, .deepEPLowLatency]
    case .nvLinkOneSided: [.nvLinkTwoSided, .deepEPLowLatency]
    case .nccl: []
    }
  }
}
