private import RealModule

/// What one rank moves in one expert exchange (dispatch, combine or a preparation for them).
public struct ExchangeLoad: Hashable, Sendable {
  public var tokens: Double
  /// Copies of a token that the kernel handles one by one.
  public var copiesPerToken: Double
  /// Copies of a token that cross the rank's link inside the node (NVLink).
  public var linkCopiesPerToken: Double
  /// Copies of a token that cross the rank's NIC: one for each remote destination node.
  public var networkCopiesPerToken: Double
  /// Bytes of a copy, scales included.
  public var bytesPerCopy: Double
  public var hidden: Double
  public var experts: Double
  public var ranks: Double
  public var nodes: Double
  /// Multiprocessors the kernel runs on.
  public var workers: Double
  /// Tokens that one expert's receiving warps take one after another.
  public var tokensPerExpert: Double

  public init(
    tokens: Double, copiesPerToken: Double, linkCopiesPerToken: Double,
    networkCopiesPerToken: Double, bytesPerCopy: Double, hidden: Double, experts: Double,
    ranks: Double, nodes: Double, workers: Double, tokensPerExpert: Double
  ) {
    self.tokens = tokens
    self.copiesPerToken = copiesPerToken
    self.linkCopiesPerToken = linkCopiesPerToken
    self.networkCopiesPerToken = networkCopiesPerToken
    self.bytesPerCopy = bytesPerCopy
    self.hidden = hidden
    self.experts = experts
    self.ranks = ranks
    self.nodes = nodes
    self.workers = workers
    self.tokensPerExpert = tokensPerExpert
  }
}

/// Seconds of an expert exchange: floors, then whichever binds of the multiprocessors that copy, the
/// link inside the node, the NIC and the serial work of the receiving experts.
public struct ExchangeFormula: CalibratedFormula, Hashable {
  public static let name = "exchange"

  public static let constants: [ConstantSpec] = [
    ConstantSpec("floor", unit: "us", 0.5...300, start: 12, "Fixed time of the operation."),
    ConstantSpec(
      "floorPerDoubling", unit: "us", 1e-3...60, start: 1,
      "Growth of the floor with each doubling of the ranks (between nodes: of the nodes)."),
    ConstantSpec(
      "floorPerHidden", unit: "us/1024", 1e-3...20, start: 0.3,
      "Growth of the floor with the hidden size."),
    ConstantSpec(
      "floorPerExperts", unit: "us/128", 1e-3...20, start: 0.3,
      "Growth of the floor with the number of experts."),
    ConstantSpec(
      "token", unit: "ns", 0.01...2e4, start: 100, "Work of one multiprocessor for a token."),
    ConstantSpec(
      "copy", unit: "ns", 0.01...2e4, start: 50, "Work of one multiprocessor for a copy."),
    ConstantSpec(
      "workerRate", unit: "GB/s", 0.5...2000, start: 20, "Copying rate of one multiprocessor."),
    ConstantSpec(
      "linkEfficiency", unit: "1", 0.05...1.2, start: 0.7, "Part of the node link's rate."),
    ConstantSpec("networkEfficiency", unit: "1", 0.05...1.2, start: 0.8, "Part of the NIC's rate."),
    ConstantSpec(
      "networkCongestion", unit: "1", 0...3, start: 0.2, scale: .linear,
      "Exponent of (nodes / 2) on the NIC's time."),
    ConstantSpec(
      "serialToken", unit: "ns", 0.1...1e4, start: 20,
      "Time one expert's receivers take for a token of 4096 elements."),
    ConstantSpec(
      "overlap", unit: "1", 1...12, start: 3, "Order of the smooth maximum of the parts."),
  ]

  public var floor, floorPerDoubling, floorPerHidden, floorPerExperts: Double
  public var token, copy, workerRate, linkEfficiency, networkEfficiency: Double
  public var networkCongestion, serialToken, overlap: Double

  public init(values: [Double]) {
    floor = values[0] * 1e-6
    floorPerDoubling = values[1] * 1e-6
    floorPerHidden = values[2] * 1e-6 / 1024
    floorPerExperts = values[3] * 1e-6 / 128
    token = values[4] * 1e-9
    copy = values[5] * 1e-9
    workerRate = values[6] * 1e9
    linkEfficiency = values[7]
    networkEfficiency = values[8]
    networkCongestion = values[9]
    serialToken = values[10] * 1e-9 / 4096
    overlap = values[11]
  }

  /// Seconds of the exchange over links of the given rates in bytes a second.
  public func seconds(_ load: ExchangeLoad, linkRate: Double, networkRate: Double) -> Double {
    let floorSeconds = floorSeconds(load)
    guard load.tokens > 0 else { return floorSeconds }
    let working = workSeconds(load)
    let link =
      load.tokens * load.linkCopiesPerToken * load.bytesPerCopy / (linkRate * linkEfficiency)
    let network =
      load.tokens * load.networkCopiesPerToken * load.bytesPerCopy
      * power(Swift.max(load.nodes, 2) / 2, networkCongestion) / (networkRate * networkEfficiency)
    let serial = load.tokensPerExpert * serialToken * load.hidden
    let first = smoothMaximum(working, link, order: overlap)
    let second = smoothMaximum(network, serial, order: overlap)
    return floorSeconds + smoothMaximum(first, second, order: overlap)
  }

  /// Seconds an exchange takes however few bytes it moves; inside a node it grows with the doublings
  /// of the ranks, between nodes with those of the nodes.
  public func floorSeconds(_ load: ExchangeLoad) -> Double {
    let doublings = Double.log2(Swift.max(load.nodes > 1 ? load.nodes : load.ranks, 1))
    return floor + floorPerDoubling * doublings + floorPerHidden * load.hidden
      + floorPerExperts * load.experts
  }

  /// Seconds the copying multiprocessors need.
  public func workSeconds(_ load: ExchangeLoad) -> Double {
    let perToken =
      token + load.copiesPerToken * copy + load.copiesPerToken * load.bytesPerCopy / workerRate
    return load.tokens * perToken / Swift.max(load.workers, 1)
  }
}
