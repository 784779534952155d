internal import Catalog
internal import Diagnostics
internal import Domain

/// Reads `model.attention`.
struct AttentionRules {
  let reading: Reading
  private typealias Fields = ModelFields

  /// The attention block, absent where the model has none or the scenario leaves it out.
  func read(_ model: MappingReader, _ entry: ModelEntry?) -> (
    shape: AttentionShape?, isBroken: Bool
  ) {
    let base = entry?.model.attention
    guard let item = model.raw(Fields.attention) else {
      record(model, entry)
      return (base, false)
    }
    if item.scalar == "none" {
      reading.note(item)
      reading.assumeGiven(item, "none")
      return (nil, false)
    }
    guard let reader = MappingReader(item, Fields.attentionShape, reading) else {
      return (nil, true)
    }
    let shape = dimensions(reader, ModelValues(reader: reader, entry: entry), base)
    return (shape, shape == nil)
  }

  private func record(_ model: MappingReader, _ entry: ModelEntry?) {
    let path = model.path(Fields.attention.key)
    guard let entry else {
      reading.assume(path, "none", .default, "a model without attention is its MoE layers alone")
      return
    }
    let kind = entry.model.attention?.kind.rawValue ?? "none"
    reading.assume(path, kind, .catalog, "\(entry.id): \(entry.source)")
    guard entry.model.attention != nil, !entry.attentionIsExact else { return }
    reading.report(
      .warning, .approximateAttention, at: path,
      "the attention of '\(entry.id)' is timed as plain \(kind): \(entry.notes)",
      help: ["'attention: none' looks at the MoE layers alone"])
  }

  private func dimensions(
    _ reader: MappingReader, _ values: ModelValues, _ base: AttentionShape?
  ) -> AttentionShape? {
    let kind = values.required(Fields.kind, base?.kind)
    let heads = values.required(Fields.heads, base?.heads)
    let head = values.required(Fields.headDimension, base?.headDimension)
    let keyValueHeads = reader.value(
      Fields.keyValueHeads, else: base?.keyValueHeads ?? heads, base == nil ? .default : .catalog,
      base == nil ? "as many as query heads" : values.source)
    let queryRank = values.value(Fields.queryRank, base?.queryRank)
    let keyValueRank = values.value(Fields.keyValueRank, base?.keyValueRank)
    let rope = values.value(Fields.ropeDimension, base?.ropeDimension)
    let value = reader.value(
      Fields.valueDimension, else: base?.valueDimension ?? head, base == nil ? .default : .catalog,
      base == nil ? "as wide as a head" : values.source)
    let storesScores = reader.value(Fields.storesScores)
    guard let kind, let heads, let keyValueHeads, let head, let queryRank, let keyValueRank,
      let rope, let value, let storesScores,
      isConsistent(reader, kind, heads, keyValueHeads, keyValueRank)
    else { return nil }
    return AttentionShape(
      kind: kind, heads: heads, keyValueHeads: keyValueHeads, headDimension: head,
      queryRank: queryRank, keyValueRank: keyValueRank, ropeDimension: rope, valueDimension: value,
      storesScores: storesScores)
  }

  private func isConsistent(
    _ reader: MappingReader, _ kind: AttentionKind, _ heads: Int, _ keyValueHeads: Int,
    _ keyValueRank: Int
  ) -> Bool {
    if keyValueHeads > heads || heads % keyValueHeads != 0 {
      reading.report(
        .error, .outOfRange, at: reader.path(Fields.keyValueHeads.key),
        "\(keyValueHeads) key and value heads do not divide \(heads) query heads")
      return false
    }
    if kind == .mla, keyValueRank == 0 {
      reader.reportMissing(Fields.keyValueRank.description, because: " for mla")
      return false
    }
    return true
  }
}
