public import Catalog
public import Diagnostics
public import Domain

/// Reads a cluster on its own: a node shape of the catalogue, or a file with a `cluster` mapping.
public struct ClusterReader: Sendable {
  let catalog: Catalog

  public init(catalog: Catalog = .standard) { self.catalog = catalog }

  /// The cluster that `nameOrFile` names.
  ///
  /// - Parameter ranks: How many ranks a node shape of the catalogue must hold; as many of its
  ///   nodes are taken, at least one.
  public func read(
    _ nameOrFile: String, ranks: Int? = nil
  ) -> (cluster: Cluster?, findings: [Finding]) {
    if let entry = catalog.node(nameOrFile) { return (cluster(entry, ranks: ranks), []) }
    switch ScenarioFile.read(nameOrFile) {
    case .success(let text):
      return read(text: text, file: nameOrFile, folder: ScenarioPath.folder(of: nameOrFile))
    case .failure(let fault):
      let isPath = nameOrFile.contains("/") || nameOrFile.contains(".")
      guard fault.code == .missingFile, !isPath else {
        return (nil, [Finding(.error, fault.code, file: nameOrFile, fault.message)])
      }
      let nearest = Catalog.nearest(to: nameOrFile, in: catalog.nodes)
      let finding = Finding(
        .error, .unknownNode,
        "there is no node shape and no file '\(nameOrFile)'"
          + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
        fixes: nearest.map { ["write '\($0)'"] } ?? [],
        help: ["'shunt catalog nodes' lists the node shapes"])
      return (nil, [finding])
    }
  }

  /// The cluster of a text with a `cluster` mapping; other keys of a scenario may stand beside it.
  public func read(
    text: String, file: String, folder: String = ""
  ) -> (cluster: Cluster?, findings: [Finding]) {
    let (root, findings) = YAMLDocument.load(SourceText(file: file, text: text))
    let nothing = Vocabulary(
      routings: [], modifiers: [], placements: [], strategies: [], networks: [])
    let reading = Reading(catalog: catalog, vocabulary: nothing, folder: folder, checksFiles: false)
    for finding in findings { reading.add(finding) }
    guard let root,
      let reader = MappingReader(root, ScenarioFields.shape(nothing).needingOnlyCluster, reading)
    else { return (nil, reading.findings.inReadingOrder()) }
    let rules = ClusterRules(reading: reading, needsAccelerator: false)
    let cluster = reader.raw(ScenarioFields.cluster).flatMap { rules.read($0) }
    let parts = ScenarioParts(cluster: cluster)
    for check in WholeScenarioRules.all { check(parts, reading) }
    let all = reading.findings.inReadingOrder()
    return (all.containsErrors ? nil : cluster, all)
  }

  private func cluster(_ entry: NodeEntry, ranks: Int?) -> Cluster? {
    guard let accelerator = catalog.accelerator(entry.accelerator) else { return nil }
    let wanted = max(1, min(ranks ?? entry.acceleratorsPerNode, ClusterSizeRule.limit))
    let nodes = (wanted + entry.acceleratorsPerNode - 1) / entry.acceleratorsPerNode
    return Cluster(
      accelerator: accelerator.accelerator, nodes: nodes,
      acceleratorsPerNode: entry.acceleratorsPerNode, intraNodeKind: entry.intraNodeKind,
      intraNode: entry.intraNode, interNode: entry.interNode, fabric: entry.fabric)
  }
}

extension MappingShape {
  /// The same keys with only `cluster` required.
  fileprivate var needingOnlyCluster: MappingShape {
    MappingShape(
      summary,
      fields.map { field in
        FieldDescription(
          key: field.key, shape: field.shape, isRequired: field.key == ScenarioFields.cluster.key,
          defaultText: field.defaultText, summary: field.summary)
      })
  }
}
