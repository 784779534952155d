internal import Catalog
internal import Diagnostics
internal import Domain
internal import Quantities

/// Reads `cluster`: what the scenario leaves out comes from the catalogue's node shape.
struct ClusterRules {
  let reading: Reading
  /// False where only the network matters, as for a traffic matrix.
  var needsAccelerator = true

  /// What the catalogue offers for keys that are left out.
  struct Shape {
    let node: NodeEntry?
    /// The memory that ranks share where they are measured cores of one machine.
    let memory: LinkProfile?

    var intraNode: LinkProfile? { node?.intraNode ?? memory }
    var interNode: LinkProfile? { node?.interNode ?? memory }
    var linkOrigin: Assumption.Origin { node == nil && memory != nil ? .measured : .catalog }
    var source: String {
      node.map { "\($0.id): \($0.source) (\($0.confidence.rawValue))" } ?? fallback
    }
    var latencySource: String { node.map { "\($0.id): \($0.latencySource)" } ?? fallback }
    private var fallback: String { memory == nil ? "default" : "the cores share their memory" }
  }

  func read(_ item: YAMLItem) -> Cluster? {
    guard let reader = MappingReader(item, ClusterFields.shape, reading) else { return nil }
    let node = node(reader)
    let chosen = accelerator(reader, node.entry)
    let entry = chosen?.entry
    let shape = Shape(
      node: node.entry ?? entry.flatMap { reading.catalog.defaultNode(of: $0) },
      memory: chosen.flatMap { Self.sharedMemory(of: $0.accelerator) })
    let nodes = reader.value(ClusterFields.nodes)
    let perNode = perNode(reader, shape, isWithoutAccelerator: chosen == nil)
    let inside = intraNode(reader, shape, perNode ?? 2)
    let between = link(
      reader, ClusterFields.interNode, ClusterFields.interNodeShape, shape.interNode, shape)
    let fabric = fabric(reader, shape)
    let slowdowns = slowdowns(
      reader, ranks: (nodes ?? 1).multipliedReportingOverflow(by: perNode ?? 1))
    guard let chosen, let nodes, let perNode, let fabric, let slowdowns, !node.isBroken else {
      return nil
    }
    guard let links = complete(reader, inside, between, nodes, perNode) else { return nil }
    return Cluster(
      accelerator: chosen.accelerator, nodes: nodes, acceleratorsPerNode: perNode,
      intraNodeKind: inside?.kind ?? .nvSwitch, intraNode: links.inside, interNode: links.between,
      fabric: fabric, slowdowns: slowdowns)
  }

  private func node(_ reader: MappingReader) -> (entry: NodeEntry?, isBroken: Bool) {
    guard let item = reader.raw(ClusterFields.node) else { return (nil, false) }
    guard let name = reading.text(item) else { return (nil, true) }
    guard let entry = reading.catalog.node(name) else {
      let nearest = Catalog.nearest(to: name, in: reading.catalog.nodes)
      reading.error(
        .unknownNode, at: item,
        "the catalogue has no node shape '\(name)'"
          + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
        fixes: nearest.map { ["write '\($0)' instead of '\(name)'"] } ?? [],
        help: ["'shunt catalog nodes' lists them"])
      return (nil, true)
    }
    reading.assumeGiven(item, entry.id)
    return (entry, false)
  }

  private func accelerator(
    _ reader: MappingReader, _ node: NodeEntry?
  ) -> (accelerator: Accelerator, entry: AcceleratorEntry?)? {
    let rules = AcceleratorRules(reading: reading)
    if let item = reader.raw(ClusterFields.accelerator) { return rules.read(item) }
    if let node, let entry = reading.catalog.accelerator(node.accelerator) {
      let path = reader.path(ClusterFields.accelerator.key)
      reading.assume(path, entry.id, .catalog, "\(node.id): \(node.source)")
      return (entry.accelerator, entry)
    }
    guard !needsAccelerator else {
      reader.reportMissing(ClusterFields.accelerator.description)
      return nil
    }
    return (Self.unnamed, nil)
  }

  /// What connects measured cores; nil for accelerators.
  private static func sharedMemory(of accelerator: Accelerator) -> LinkProfile? {
    accelerator.processor.map { _ in
      LinkProfile(bandwidth: accelerator.memoryBandwidth, latencySeconds: 0)
    }
  }

  /// Stands where only links are looked at.
  private static let unnamed = Accelerator(
    id: "any", name: "any accelerator", architecture: "unknown",
    memoryCapacity: ByteCount(80 * 1_073_741_824),
    memoryBandwidth: Bandwidth(gigabytesPerSecond: 3350), peaks: [:], source: "not given",
    confidence: .given)

  private func perNode(
    _ reader: MappingReader, _ shape: Shape, isWithoutAccelerator: Bool
  ) -> Int? {
    let field = ClusterFields.acceleratorsPerNode
    let value = reader.value(field, else: shape.node?.acceleratorsPerNode, .catalog, shape.source)
    if value == nil, reader.raw(field.key) == nil, !isWithoutAccelerator {
      reader.reportMissing(
        field.description, because: ", since no node shape of the catalogue fits")
    }
    return value
  }

  private func intraNode(
    _ reader: MappingReader, _ shape: Shape, _ perNode: Int
  ) -> (profile: LinkProfile?, kind: IntraNodeKind)? {
    let kindOfNode = shape.node?.intraNodeKind ?? .nvSwitch
    let profile = link(
      reader, ClusterFields.intraNode, ClusterFields.intraNodeShape, shape.intraNode, shape)
    let path = reader.path(ClusterFields.intraNode.key)
    let item = reader.raw(ClusterFields.intraNode)
    if let given = item?.members?.first(where: { $0.key == ClusterFields.kind.key })?.value {
      guard let kind = ClusterFields.kind.read(given, reading) else { return nil }
      reading.assumeGiven(given, kind.rawValue)
      return (profile, kind)
    }
    let origin: Assumption.Origin = shape.node == nil ? .default : .catalog
    reading.assume("\(path).kind", kindOfNode.rawValue, origin, shape.source)
    return (profile, kindOfNode)
  }

  private func fabric(_ reader: MappingReader, _ shape: Shape) -> Fabric? {
    let item = reader.raw(ClusterFields.fabric)
    if let item, item.members != nil {
      guard let inner = MappingReader(item, ClusterFields.fabricShape, reading) else { return nil }
      let kind = inner.value(ClusterFields.fabricKind)
      let oversubscription = inner.value(ClusterFields.oversubscription)
      let nodesPerLeaf = inner.value(ClusterFields.nodesPerLeaf)
      let perNIC = inner.value(ClusterFields.acceleratorsPerNIC)
      guard let kind, let oversubscription, let nodesPerLeaf, let perNIC else { return nil }
      return Fabric(
        kind: kind, oversubscription: oversubscription, nodesPerLeaf: nodesPerLeaf,
        acceleratorsPerNIC: perNIC)
    }
    if let item {
      guard let kind = ClusterFields.fabricKind.read(item, reading) else { return nil }
      reading.assumeGiven(item, kind.rawValue)
      return Fabric(kind: kind)
    }
    let fabric = shape.node?.fabric ?? Fabric()
    let path = reader.path(ClusterFields.fabric.key)
    let origin: Assumption.Origin = shape.node == nil ? .default : .catalog
    reading.assume("\(path).kind", fabric.kind.rawValue, origin, shape.source)
    let text = ValueText.number(fabric.oversubscription)
    reading.assume("\(path).oversubscription", text, origin, shape.source)
    return fabric
  }
}
