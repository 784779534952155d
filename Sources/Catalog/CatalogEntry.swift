public import Domain

/// A row of the catalogue.
public protocol CatalogEntry: Sendable {
  /// The name used in scenarios.
  var id: String { get }
  /// The name its maker uses.
  var name: String { get }
  /// Other names it answers to.
  var aliases: [String] { get }
  /// Where the figures were read.
  var source: String { get }
  var confidence: Confidence { get }
  /// What a reader of the figures should know; empty for nothing.
  var notes: String { get }
}

/// An accelerator and the node it usually stands in.
public struct AcceleratorEntry: CatalogEntry {
  public let accelerator: Accelerator
  public let vendor: String
  /// Board power in watts, where it was published.
  public let powerWatts: Double?
  /// The id of its default node shape.
  public let node: String
  public let aliases: [String]
  public let notes: String

  public var id: String { accelerator.id }
  public var name: String { accelerator.name }
  public var source: String { accelerator.source }
  public var confidence: Confidence { accelerator.confidence }
}

/// A kind of link, one direction, as one accelerator or host sees it.
public struct LinkEntry: CatalogEntry {
  /// What a link joins.
  public enum Kind: String, Sendable, CaseIterable {
    case nvlink, mesh, pcie, nic, storage
  }

  public let id: String
  public let name: String
  public let kind: Kind
  public let profile: LinkProfile
  public let aliases: [String]
  public let source: String
  /// Where the latency comes from; data sheets seldom give one.
  public let latencySource: String
  public let confidence: Confidence
  public let notes: String
}

/// A node as vendors build it: accelerators, the links inside and the network cards.
public struct NodeEntry: CatalogEntry {
  public let id: String
  public let name: String
  /// The id of the accelerator it holds.
  public let accelerator: String
  public let acceleratorsPerNode: Int
  public let intraNodeKind: IntraNodeKind
  public let intraNode: LinkProfile
  /// One accelerator's share of the node's network cards.
  public let interNode: LinkProfile
  public let fabric: Fabric
  public let aliases: [String]
  public let source: String
  /// Where the latencies come from.
  public let latencySource: String
  public let confidence: Confidence
  public let notes: String
}

/// A published mixture-of-experts model with all its MoE layers.
public struct ModelEntry: CatalogEntry {
  public let id: String
  public let family: String
  public let model: MoEModel
  /// Layers of the model, dense ones included.
  public let totalLayers: Int
  /// Whether `attention` says what the model does, rather than the nearest kind.
  public let attentionIsExact: Bool
  /// The longest sequence it takes, where that was published.
  public let maximumContext: Int?
  public let aliases: [String]
  public let source: String
  public let confidence: Confidence
  public let notes: String

  public var name: String { model.name }
}
