private import Diagnostics
private import Domain
private import Quantities

/// Published accelerators, links, node shapes and models, each row with its source.
public struct Catalog: Sendable {
  public let accelerators: [AcceleratorEntry]
  public let links: [LinkEntry]
  public let nodes: [NodeEntry]
  public let models: [ModelEntry]

  /// The catalogue embedded in the program; a test holds that it loads.
  public static let standard: Catalog = (try? Catalog.loadEmbedded()) ?? Catalog.empty

  /// The accelerator called `name`; case, spaces, hyphens and a memory suffix such as `80GB` do not
  /// matter. A size without unit belongs to an id and must be the row's: `h200-sxm-142` is unknown.
  public func accelerator(_ name: String) -> AcceleratorEntry? {
    Self.match(name, in: accelerators) ?? Self.matchWithoutMemory(name, in: accelerators)
  }

  /// The link called `name`.
  public func link(_ name: String) -> LinkEntry? { Self.match(name, in: links) }

  /// The node shape called `name`.
  public func node(_ name: String) -> NodeEntry? { Self.match(name, in: nodes) }

  /// The model called `name`.
  public func model(_ name: String) -> ModelEntry? { Self.match(name, in: models) }

  /// The node that `accelerator` usually stands in.
  public func defaultNode(of accelerator: AcceleratorEntry) -> NodeEntry? {
    nodes.first { $0.id == accelerator.node }
  }

  /// The id of the row of `entries` whose id, name or alias is nearest to `name`.
  public static func nearest(to name: String, in entries: [some CatalogEntry]) -> String? {
    let names = entries.flatMap { entry in
      ([entry.id] + entry.aliases + [entry.name]).map { (written: $0, id: entry.id) }
    }
    let word = CatalogName(name).compact
    let folded = names.map { CatalogName($0.written).compact }
    guard let nearest = Spelling.nearest(to: word, in: folded) else { return nil }
    return folded.firstIndex(of: nearest).map { names[$0].id }
  }

  /// The row that answers to `name` in full.
  private static func match<Entry: CatalogEntry>(_ name: String, in entries: [Entry]) -> Entry? {
    let wanted = CatalogName(name).compact
    guard !wanted.isEmpty else { return nil }
    return entries.first { names(of: $0).contains { $0.compact == wanted } }
  }

  /// Among accelerators of this name with another memory suffix, or none, the one nearest in
  /// capacity; without a suffix the first.
  private static func matchWithoutMemory(
    _ name: String, in entries: [AcceleratorEntry]
  ) -> AcceleratorEntry? {
    let wanted = CatalogName(name)
    guard !wanted.withoutMemory.isEmpty else { return nil }
    guard wanted.memoryGigabytes == nil || wanted.memoryHasUnit else { return nil }
    let near = entries.filter {
      names(of: $0).contains { $0.withoutMemory == wanted.withoutMemory }
    }
    guard let size = wanted.memoryGigabytes else { return near.first }
    return near.min {
      abs($0.accelerator.memoryCapacity.bytes / gibibyte - size)
        < abs($1.accelerator.memoryCapacity.bytes / gibibyte - size)
    }
  }

  private static func names(of entry: some CatalogEntry) -> [CatalogName] {
    ([entry.id, entry.name] + entry.aliases).map(CatalogName.init)
  }

  static let gibibyte = 1_073_741_824.0

  static let empty = Catalog(accelerators: [], links: [], nodes: [], models: [])
}
