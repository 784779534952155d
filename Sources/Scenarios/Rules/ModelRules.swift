internal import Catalog
internal import Diagnostics
internal import Domain

/// Reads `model`: a catalogue row, dimensions, or a row with some dimensions replaced.
struct ModelRules {
  let reading: Reading
  private typealias Fields = ModelFields

  func read(_ item: YAMLItem) -> MoEModel? {
    if item.members == nil {
      guard let name = reading.text(item), let entry = entry(name, item) else { return nil }
      reading.assumeGiven(item, entry.id)
      return wholeModel(entry, item)
    }
    guard let reader = MappingReader(item, Fields.shape, reading) else { return nil }
    guard let preset = reader.raw(Fields.preset) else { return dimensions(reader, nil) }
    guard let name = reading.text(preset), let entry = entry(name, preset) else { return nil }
    reading.assumeGiven(preset, entry.id)
    return dimensions(reader, entry)
  }

  private func entry(_ name: String, _ item: YAMLItem) -> ModelEntry? {
    guard let entry = reading.catalog.model(name) else {
      let nearest = Catalog.nearest(to: name, in: reading.catalog.models)
      reading.error(
        .unknownModel, at: item,
        "the catalogue has no model '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
        fixes: nearest.map { ["write '\($0)' instead of '\(name)'"] } ?? [],
        help: ["'shunt catalog models' lists them; dimensions can be given as a mapping"])
      return nil
    }
    if entry.confidence == .recalled {
      reading.report(
        .warning, .lowConfidence, at: item.path,
        "the dimensions of '\(entry.id)' were recalled, not read from its configuration")
    }
    return entry
  }

  /// The model as the catalogue has it, for `model: NAME`.
  private func wholeModel(_ entry: ModelEntry, _ item: YAMLItem) -> MoEModel? {
    let reader = MappingReader(item.asEmptyMapping, Fields.shape, reading)
    reading.note(item)
    return reader.flatMap { dimensions($0, entry) }
  }

  private func dimensions(_ reader: MappingReader, _ entry: ModelEntry?) -> MoEModel? {
    let values = ModelValues(reader: reader, entry: entry)
    let layers = layers(reader, entry)
    let base = entry?.model
    let isPart = reader.raw(Fields.layers) != nil
    let hidden = values.required(Fields.hiddenSize, base?.hiddenSize)
    let width = values.required(Fields.expertIntermediateSize, base?.expertIntermediateSize)
    let experts = values.required(Fields.experts, base?.experts)
    let topK = values.required(Fields.topK, base?.topK)
    let shared = values.value(Fields.sharedExperts, base?.sharedExperts)
    let sharedWidth = sharedWidth(reader, values, base, shared, width)
    let dense = values.value(Fields.denseLayers, isPart ? nil : base?.denseLayers)
    let denseWidth = values.value(Fields.denseIntermediateSize, base?.denseIntermediateSize)
    let gated = values.value(Fields.gated, base?.gated)
    let weights = values.value(Fields.weightFormat, base?.weightFormat)
    let activations = values.value(Fields.activationFormat, base?.activationFormat)
    let vocabulary = values.value(Fields.vocabulary, isPart ? nil : base?.vocabulary)
    let groups = values.value(Fields.expertGroups, base?.expertGroups)
    let groupsPerToken = values.value(Fields.groupsPerToken, base?.groupsPerToken)
    let attention = AttentionRules(reading: reading).read(reader, entry)
    let name = reader.given(Fields.name) ?? entry?.name ?? "inline model"
    guard let layers, let hidden, let width, let experts, let topK, let shared, let sharedWidth,
      let dense, let denseWidth, let gated, let weights, let activations, let vocabulary,
      let groups, let groupsPerToken, !attention.isBroken
    else { return nil }
    return MoEModel(
      name: name, layers: layers, denseLayers: dense, hiddenSize: hidden,
      expertIntermediateSize: width, experts: experts, topK: topK, sharedExperts: shared,
      sharedIntermediateSize: sharedWidth, denseIntermediateSize: denseWidth, gated: gated,
      weightFormat: weights, activationFormat: activations, attention: attention.shape,
      vocabulary: vocabulary, expertGroups: groups, groupsPerToken: groupsPerToken,
      source: values.source)
  }

  /// The catalogue's width only where nothing it follows from was replaced.
  private func sharedWidth(
    _ reader: MappingReader, _ values: ModelValues, _ base: MoEModel?, _ shared: Int?, _ width: Int?
  ) -> Int? {
    let isReplaced = [Fields.sharedExperts.key, Fields.expertIntermediateSize.key].contains {
      reader.raw($0) != nil
    }
    if let base, !isReplaced {
      return values.value(Fields.sharedIntermediateSize, base.sharedIntermediateSize)
    }
    let computed = (shared ?? 0) * (width ?? 0)
    return reader.value(
      Fields.sharedIntermediateSize, else: computed, .default,
      "sharedExperts × expertIntermediateSize")
  }

  /// The numbers of the MoE layers that run.
  private func layers(_ reader: MappingReader, _ entry: ModelEntry?) -> [Int]? {
    let all = entry?.model.layers
    guard let item = reader.raw(Fields.layers) else {
      guard let all else {
        reader.reportMissing(Fields.layers.description)
        return nil
      }
      reading.assume(
        reader.path(Fields.layers.key), "all \(all.count) MoE layers", .catalog,
        entry?.source ?? "")
      return all
    }
    let chosen = item.scalar == nil ? numbers(item, all) : count(item, all)
    if let chosen { reading.assumeGiven(item, LayerText.write(chosen)) }
    return chosen
  }

  private func count(_ item: YAMLItem, _ all: [Int]?) -> [Int]? {
    guard let count = reading.integer(item, 1...1000) else { return nil }
    guard let all else { return Array(0..<count) }
    guard count <= all.count else {
      reading.error(
        .outOfRange, at: item, "the model has \(all.count) MoE layers, not \(count)")
      return nil
    }
    return Array(all.prefix(count))
  }

  private func numbers(_ item: YAMLItem, _ all: [Int]?) -> [Int]? {
    reading.note(item)
    let isList = item.members == nil
    guard isList, (1...1000).contains(item.entries.count) else {
      return reading.wrongType(item, "a count of MoE layers or a list of 1 to 1000 numbers")
    }
    let known = all.map { Set($0) }
    var numbers: [Int] = []
    for entry in item.entries {
      guard let number = reading.integer(entry, 0...999) else { return nil }
      if let known, !known.contains(number) {
        reading.error(
          .unknownLayer, at: entry, "the model has no MoE layer \(number)",
          help: ["its MoE layers are \(LayerText.write(all ?? []))"])
        return nil
      }
      guard !numbers.contains(number) else {
        reading.error(.conflictingKeys, at: entry, "layer \(number) stands twice")
        return nil
      }
      numbers.append(number)
    }
    return numbers
  }
}

/// Values of a model with the catalogue's row behind them.
struct ModelValues {
  let reader: MappingReader
  let entry: ModelEntry?

  /// Where the dimensions come from.
  var source: String {
    entry.map { "\($0.id): \($0.source) (\($0.confidence.rawValue))" } ?? "scenario"
  }

  /// The given value, else the catalogue's, else the default.
  func value<Value>(_ field: Field<Value>, _ base: Value?) -> Value? {
    guard let base else { return reader.value(field) }
    return reader.value(field, else: base, .catalog, source)
  }

  /// The given value or the catalogue's; a finding where there is neither.
  func required<Value>(_ field: Field<Value>, _ base: Value?) -> Value? {
    let value = value(field, base)
    if value == nil, reader.raw(field.key) == nil { reader.reportMissing(field.description) }
    return value
  }
}

/// Writes layer numbers, runs of neighbours as a range.
enum LayerText {
  static func write(_ layers: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for layer in layers {
      if let last = runs.last, last.upperBound < .max, layer == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...layer
      } else {
        runs.append(layer...layer)
      }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ", ")
  }
}
