internal import Catalog
internal import Diagnostics
internal import Domain
internal import Quantities

extension ClusterRules {
  /// A link from its mapping, a link of the catalogue, or the node shape; nil where nothing says.
  func link(
    _ reader: MappingReader, _ section: Section, _ keys: MappingShape, _ base: LinkProfile?,
    _ shape: Shape
  ) -> LinkProfile? {
    let path = reader.path(section.key)
    guard let item = reader.raw(section) else {
      guard let base else { return nil }
      record(base, path, shape.source, shape.latencySource, shape.linkOrigin)
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

  private func record(
    _ link: LinkProfile, _ path: String, _ source: String, _ latency: String,
    _ origin: Assumption.Origin = .catalog
  ) {
    let bandwidth = ValueText.quantity(link.bandwidth.bytesPerSecond, .bandwidth)
    reading.assume("\(path).bandwidth", bandwidth, origin, source)
    let time = ValueText.quantity(link.latencySeconds, .time)
    reading.assume("\(path).latency", time, origin, latency)
  }

  /// Links for every pair of ranks that exists; a link that nothing crosses may be left out.
  func complete(
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
}
