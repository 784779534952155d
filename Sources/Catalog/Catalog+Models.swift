private import Domain

extension Catalog {
  static func model(_ row: CatalogRow) throws(CatalogFault) -> ModelEntry {
    let layers = try layerNumbers(row)
    let total = try row.integer("layers")
    return ModelEntry(
      id: try row.text("id"), family: try row.text("family"),
      model: try dimensions(row, layers: layers, denseLayers: total - layers.count),
      totalLayers: total, attentionIsExact: try row.text("attentionExact") == "yes",
      maximumContext: try row.number("maximumContext").map { Int($0) },
      aliases: try row.list("aliases"), source: try row.text("source"),
      confidence: try row.confidence(), notes: try row.text("notes"))
  }

  private static func dimensions(
    _ row: CatalogRow, layers: [Int], denseLayers: Int
  ) throws(CatalogFault) -> MoEModel {
    MoEModel(
      name: try row.text("name"), layers: layers, denseLayers: denseLayers,
      hiddenSize: try row.integer("hiddenSize"),
      expertIntermediateSize: try row.integer("expertIntermediateSize"),
      experts: try row.integer("experts"), topK: try row.integer("topK"),
      sharedExperts: try row.integer("sharedExperts"),
      sharedIntermediateSize: try row.integer("sharedIntermediateSize", default: 0),
      denseIntermediateSize: try row.integer("denseIntermediateSize", default: 0),
      gated: try row.integer("matricesPerExpert") == 3,
      weightFormat: try row.word("weightFormat", NumericFormat.self),
      activationFormat: try row.word("activationFormat", NumericFormat.self),
      attention: try attention(row), vocabulary: try row.integer("vocabulary", default: 0),
      expertGroups: try row.integer("expertGroups", default: 0),
      groupsPerToken: try row.integer("groupsPerToken", default: 0),
      source: try row.text("source"))
  }

  private static func attention(_ row: CatalogRow) throws(CatalogFault) -> AttentionShape? {
    if try row.text("attention").isEmpty { return nil }
    let headDimension = try row.integer("headDimension")
    return AttentionShape(
      kind: try row.word("attention", AttentionKind.self), heads: try row.integer("heads"),
      keyValueHeads: try row.integer("keyValueHeads"), headDimension: headDimension,
      queryRank: try row.integer("queryRank", default: 0),
      keyValueRank: try row.integer("keyValueRank", default: 0),
      ropeDimension: try row.integer("ropeDimension", default: 0),
      valueDimension: try row.integer("valueDimension", default: headDimension))
  }

  /// Reads `3-60` (all of them) or `1-47/2` (every second).
  private static func layerNumbers(_ row: CatalogRow) throws(CatalogFault) -> [Int] {
    let text = try row.text("moeLayers")
    let parts = text.split { $0 == "-" || $0 == "/" }.compactMap { Int($0) }
    guard parts.count >= 2, parts[0] >= 0, parts[0] <= parts[1], parts.count < 3 || parts[2] > 0
    else { throw row.fault("'\(text)' is not a range of layers") }
    return Array(stride(from: parts[0], through: parts[1], by: parts.count > 2 ? parts[2] : 1))
  }
}
