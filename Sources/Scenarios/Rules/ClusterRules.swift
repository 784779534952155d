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
  private struct Shape {
    let node: NodeEntry?
    var source: String {
      node.map { "\($0.id): \($0.source) (\($0.confidence.rawValue))" } ?? "default"
    }
    var latencySource: String { node.map { "\($0.id): \($0.latencySource)" } ?? "default" }
  }

  func read(_ item: YAMLItem) -> Cluster? {
    guard let reader = MappingReader(item, ClusterFields.shape, reading) else { return nil }
    let node = node(reader)
    let chosen = accelerator(reader, node.entry)
    let entry = chosen?.entry
    let shape = Shape(node: node.entry ?? entry.flatMap { reading.catalog.defaultNode(of: $0) })
    let nodes = reader.value(ClusterFields.nodes)
    let perNode = perNode(reader, shape, isWithoutAccelerator: chosen == nil)
    let inside = intraNode(reader, shape, perNode ?? 2)
    let between = link(
      reader, ClusterFields.interNode, ClusterFields.interNodeShape, shape.node?.interNode, shape)
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
      reader, ClusterFields.intraNode, ClusterFields.intraNodeShape, shape.node?.intraNode, shape)
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

  /// A link from its mapping, a link of the catalogue, or the node shape; nil where nothing says.
  private func link(
    _ reader: MappingReader, _ section: Section, _ keys: MappingShape, _ base: LinkProfile?,
    _ shape: Shape
  ) -> LinkProfile? {
    let path = reader.path(section.key)
    guard let item = reader.raw(section) else {
      guard let base else { return nil }
      record(base, path, shape.source, shape.latencySource)
      return base
    }
    guard item.members != nil else {
      guard let entry = linkEntry(item) else { return nil }
      reading.assumeGiven(item, entry.id)
      record(
        entry.profile, path, "\(entry.id): \(entry.source)", "\(entry.id): \(entry.latencySource)")
      return entry.profile
    }
    guard let inner = MappingReader(item, keys, reading) else { return nil }
    let entry = inner.raw(ClusterFields.link).flatMap { linkEntry($0) }
    let from = entry?.profile ?? base
    let source = entry.map { "\($0.id): \($0.source)" } ?? shape.source
    let latencySource = entry.map { "\($0.id): \($0.latencySource)" } ?? shape.latencySource
    let bandwidth = inner.value(
      ClusterFields.bandwidth, else: from?.bandwidth.bytesPerSecond, .catalog, source)
    let latency = inner.value(
      ClusterFields.latency, else: from?.latencySeconds ?? 0, from == nil ? .default : .catalog,
      latencySource)
    if bandwidth == nil, inner.raw(ClusterFields.bandwidth.key) == nil {
      inner.reportMissing(ClusterFields.bandwidth.description)
    }
    guard let bandwidth, let latency else { return nil }
    return LinkProfile(bandwidth: Bandwidth(bytesPerSecond: bandwidth), latencySeconds: latency)
  }

  private func linkEntry(_ item: YAMLItem) -> LinkEntry? {
    guard let name = reading.text(item) else { return nil }
    if let entry = reading.catalog.link(name) { return entry }
    let nearest = Catalog.nearest(to: name, in: reading.catalog.links)
    reading.error(
      .unknownLink, at: item,
      "the catalogue has no link '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
      fixes: nearest.map { ["write '\($0)' instead of '\(name)'"] } ?? [],
      help: ["'shunt catalog links' lists them; figures can be given as a mapping"])
    return nil
  }

  private func record(_ link: LinkProfile, _ path: String, _ source: String, _ latency: String) {
    let bandwidth = ValueText.quantity(link.bandwidth.bytesPerSecond, .bandwidth)
    reading.assume("\(path).bandwidth", bandwidth, .catalog, source)
    let time = ValueText.quantity(link.latencySeconds, .time)
    reading.assume("\(path).latency", time, .catalog, latency)
  }

  private func fabric(_ reader: MappingReader, _ shape: Shape) -> Fabric? {
    let item = reader.raw(ClusterFields.fabric)
    if let item, item.members != nil {
      guard let inner = MappingReader(item, ClusterFields.fabricShape, reading) else { return nil }
      let kind = inner.value(ClusterFields.fabricKind)
      let oversubscription = inner.value(ClusterFields.oversubscription)
      guard let kind, let oversubscription else { return nil }
      return Fabric(kind: kind, oversubscription: oversubscription)
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

  /// Links for every pair of ranks that exists; a link that nothing crosses may be left out.
  private func complete(
    _ reader: MappingReader, _ inside: (profile: LinkProfile?, kind: IntraNodeKind)?,
    _ between: LinkProfile?, _ nodes: Int, _ perNode: Int
  ) -> (inside: LinkProfile, between: LinkProfile)? {
    let reason = ", since no node shape of the catalogue fits"
    var isComplete = inside != nil
    if perNode > 1, inside?.profile == nil {
      isComplete = false
      if reader.raw(ClusterFields.intraNode) == nil {
        reader.reportMissing(ClusterFields.intraNode.description, because: reason)
      }
    }
    if nodes > 1, between == nil {
      isComplete = false
      if reader.raw(ClusterFields.interNode) == nil {
        reader.reportMissing(ClusterFields.interNode.description, because: reason)
      }
    }
    let unused = LinkProfile(bandwidth: Bandwidth(gigabytesPerSecond: 1), latencySeconds: 0)
    let known = inside?.profile ?? between ?? unused
    return isComplete ? (inside?.profile ?? known, between ?? known) : nil
  }

  private func slowdowns(
    _ reader: MappingReader, ranks: (partialValue: Int, overflow: Bool)
  ) -> [Slowdown]? {
    guard let item = reader.raw(ClusterFields.slowdown) else { return [] }
    reading.note(item)
    guard item.members == nil || !item.isNull, item.entries.count <= 65536 else {
      return reading.wrongType(item, "a mapping or a list of at most 65536")
    }
    let isKnown = !ranks.overflow && !reading.isMisspelt(reader.item.path)
    let limit = isKnown ? ranks.partialValue : .max
    var slowdowns: [Slowdown] = []
    var isWhole = true
    for entry in item.entries {
      guard let slowdown = slowdown(entry, ranks: limit) else {
        isWhole = false
        continue
      }
      slowdowns.append(slowdown)
    }
    return isWhole ? slowdowns : nil
  }

  private func slowdown(_ item: YAMLItem, ranks: Int) -> Slowdown? {
    guard let reader = MappingReader(item, ClusterFields.slowdownShape, reading) else { return nil }
    let compute = reader.value(ClusterFields.compute)
    let network = reader.value(ClusterFields.network)
    guard let list = reader.raw(ClusterFields.ranks) else { return nil }
    guard list.members == nil, !list.isNull, list.entries.count <= 65536 else {
      return reading.wrongType(list, "a rank or a list of ranks")
    }
    var chosen: [RankID] = []
    for entry in list.entries {
      guard let rank = reading.integer(entry, 0...Int(Int32.max)) else { return nil }
      guard rank < ranks else {
        reading.error(
          .unknownRank, at: entry, "there is no rank \(rank); ranks run from 0 to \(ranks - 1)")
        return nil
      }
      chosen.append(RankID(rank))
    }
    guard let compute, let network else { return nil }
    reading.assumeGiven(list, chosen.map { "\($0.index)" }.joined(separator: ", "))
    return Slowdown(ranks: chosen, compute: compute, network: network)
  }
}
