private import Domain
private import Quantities

/// A row of a catalogue table that cannot be used.
public struct CatalogFault: Error, Hashable, Sendable {
  public let table: String
  public let line: Int
  /// One sentence without a full stop.
  public let message: String
}

extension Catalog {
  /// Reads the four tables.
  ///
  /// - Throws: ``CatalogFault`` for the first cell that cannot be read, and for a reference to a row
  ///   that does not exist.
  public init(
    accelerators: String, links: String, nodes: String, models: String
  ) throws(CatalogFault) {
    self.init(
      accelerators: try Self.rows("accelerators.csv", accelerators, Self.accelerator),
      links: try Self.rows("links.csv", links, Self.link),
      nodes: try Self.rows("nodes.csv", nodes, Self.node),
      models: try Self.rows("models.csv", models, Self.model))
    let nodeIDs = Set(self.nodes.map(\.id))
    for entry in self.accelerators where !nodeIDs.contains(entry.node) {
      throw CatalogFault(
        table: "accelerators.csv", line: 0,
        message: "'\(entry.id)' names node shape '\(entry.node)', which nodes.csv lacks")
    }
  }

  /// The tables that were compiled in.
  static func loadEmbedded() throws(CatalogFault) -> Catalog {
    try Catalog(
      accelerators: String(decoding: PackageResources.accelerators_csv, as: UTF8.self),
      links: String(decoding: PackageResources.links_csv, as: UTF8.self),
      nodes: String(decoding: PackageResources.nodes_csv, as: UTF8.self),
      models: String(decoding: PackageResources.models_csv, as: UTF8.self))
  }

  private static func rows<Entry: CatalogEntry>(
    _ name: String, _ text: String, _ build: (CatalogRow) throws(CatalogFault) -> Entry
  ) throws(CatalogFault) -> [Entry] {
    let table: DelimitedTable
    do {
      table = try DelimitedTable(text)
    } catch {
      throw CatalogFault(table: name, line: error.line, message: error.message)
    }
    var entries: [Entry] = []
    var ids: Set<String> = []
    for fields in table.rows {
      let row = CatalogRow(name: name, table: table, fields: fields)
      let entry = try build(row)
      guard ids.insert(entry.id).inserted else { throw row.fault("id '\(entry.id)' stands twice") }
      entries.append(entry)
    }
    return entries
  }

  private static func accelerator(_ row: CatalogRow) throws(CatalogFault) -> AcceleratorEntry {
    var peaks: [ArithmeticClass: ComputeRate] = [:]
    let columns: [(ArithmeticClass, String)] = [
      (.fp32, "fp32TFLOPS"), (.bf16, "bf16TFLOPS"), (.fp8, "fp8TFLOPS"), (.fp4, "fp4TFLOPS"),
      (.int8, "int8TOPS"),
    ]
    for (arithmetic, column) in columns {
      if let value = try row.number(column) { peaks[arithmetic] = ComputeRate(teraflops: value) }
    }
    return AcceleratorEntry(
      accelerator: Accelerator(
        id: try row.text("id"), name: try row.text("name"),
        architecture: try row.text("architecture"),
        memoryCapacity: ByteCount(try row.number("memoryCapacityBytes") ?? 0),
        memoryBandwidth: Bandwidth(gigabytesPerSecond: try row.number("memoryBandwidthGBps") ?? 0),
        peaks: peaks, source: try row.text("source"), confidence: try row.confidence()),
      vendor: try row.text("vendor"), powerWatts: try row.number("powerWatts"),
      node: try row.text("node"), aliases: try row.list("aliases"), notes: try row.text("notes"))
  }

  private static func link(_ row: CatalogRow) throws(CatalogFault) -> LinkEntry {
    LinkEntry(
      id: try row.text("id"), name: try row.text("name"),
      kind: try row.word("kind", LinkEntry.Kind.self),
      profile: try row.profile("bandwidthGBps", "latencyMicroseconds"),
      aliases: try row.list("aliases"), source: try row.text("source"),
      latencySource: try row.text("latencySource"), confidence: try row.confidence(),
      notes: try row.text("notes"))
  }

  private static func node(_ row: CatalogRow) throws(CatalogFault) -> NodeEntry {
    NodeEntry(
      id: try row.text("id"), name: try row.text("name"), accelerator: try row.text("accelerator"),
      acceleratorsPerNode: try row.integer("acceleratorsPerNode"),
      intraNodeKind: try row.word("intraNodeKind", IntraNodeKind.self),
      intraNode: try row.profile("intraNodeGBps", "intraNodeLatencyMicroseconds"),
      interNode: try row.profile("interNodeGBps", "interNodeLatencyMicroseconds"),
      fabric: Fabric(kind: try row.word("fabric", Fabric.Kind.self)),
      aliases: try row.list("aliases"), source: try row.text("source"),
      latencySource: try row.text("latencySource"), confidence: try row.confidence(),
      notes: try row.text("notes"))
  }
}
