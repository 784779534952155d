internal import Catalog
public import Diagnostics
public import Domain
internal import Quantities

/// Reads `cluster.accelerator`: a catalogue row, a mapping, or a measured machine's file.
struct AcceleratorRules {
  let reading: Reading

  /// The accelerator and the catalogue row it came from, if any.
  func read(_ item: YAMLItem) -> (accelerator: Accelerator, entry: AcceleratorEntry?)? {
    if item.members != nil { return mapping(item) }
    guard let name = reading.text(item) else { return nil }
    if name.hasSuffix(".json") { return file(name, item) }
    guard let entry = entry(name, item) else { return nil }
    reading.assumeGiven(item, entry.id)
    recordFigures(of: entry, item.path)
    return checked(entry.accelerator, item.path) ? (entry.accelerator, entry) : nil
  }

  /// The catalogue row of a name, with warnings about what it cannot promise.
  func entry(_ name: String, _ item: YAMLItem) -> AcceleratorEntry? {
    guard let entry = reading.catalog.accelerator(name) else {
      let nearest = Catalog.nearest(to: name, in: reading.catalog.accelerators)
      reading.error(
        .unknownAccelerator, at: item,
        "the catalogue has no accelerator '\(name)'"
          + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
        fixes: nearest.map { ["write '\($0)' instead of '\(name)'"] } ?? [],
        help: ["'shunt catalog accelerators' lists them; figures can be given as a mapping"])
      return nil
    }
    warn(about: entry, as: name, item)
    return entry
  }

  private func warn(about entry: AcceleratorEntry, as name: String, _ item: YAMLItem) {
    let capacity = entry.accelerator.memoryCapacity.bytes / 1_073_741_824
    if let size = CatalogName(name).memoryGigabytes, abs(size / capacity - 1) > 0.15 {
      reading.report(
        .warning, .otherMemorySize, at: item.path,
        "'\(name)' was read as '\(entry.id)', which has "
          + "\(QuantityFormat.memory(entry.accelerator.memoryCapacity.bytes))")
    }
    if entry.confidence == .recalled {
      reading.report(
        .warning, .lowConfidence, at: item.path,
        "the figures of '\(entry.id)' were recalled, not read from a data sheet")
    }
  }

  private func recordFigures(of entry: AcceleratorEntry, _ path: String) {
    let accelerator = entry.accelerator
    let source = "\(entry.id): \(entry.source) (\(entry.confidence.rawValue))"
    func assume(_ key: String, _ value: String) {
      reading.assume("\(path).\(key)", value, .catalog, source)
    }
    assume("memoryCapacity", ValueText.quantity(accelerator.memoryCapacity.bytes, .data))
    assume(
      "memoryBandwidth", ValueText.quantity(accelerator.memoryBandwidth.bytesPerSecond, .bandwidth))
    for arithmetic in ArithmeticClass.allCases {
      guard let peak = accelerator.peaks[arithmetic] else { continue }
      let text = ValueText.quantity(peak.flopsPerSecond, .computeRate)
      assume("peaks.\(arithmetic.rawValue)", text)
    }
  }

  private func mapping(_ item: YAMLItem) -> (accelerator: Accelerator, entry: AcceleratorEntry?)? {
    guard let reader = MappingReader(item, AcceleratorFields.shape, reading) else { return nil }
    var base: AcceleratorEntry?
    if let preset = reader.raw(AcceleratorFields.preset) {
      guard let name = reading.text(preset), let entry = entry(name, preset) else { return nil }
      reading.assumeGiven(preset, entry.id)
      base = entry
    }
    let source = base.map { "\($0.id): \($0.source) (\($0.confidence.rawValue))" }
    let origin: Assumption.Origin = base == nil ? .default : .catalog
    let confidence = base?.confidence ?? .given
    guard
      let accelerator = figures(
        reader, base?.accelerator, origin, source ?? "scenario", confidence)
    else { return nil }
    return (accelerator, base)
  }

  /// An accelerator from its keys, those of `base` where they are silent.
  private func figures(
    _ reader: MappingReader, _ base: Accelerator?, _ origin: Assumption.Origin, _ source: String,
    _ confidence: Confidence
  ) -> Accelerator? {
    typealias Fields = AcceleratorFields
    let capacity = reader.value(
      Fields.memoryCapacity, else: base?.memoryCapacity.bytes, origin, source)
    let bandwidth = reader.value(
      Fields.memoryBandwidth, else: base?.memoryBandwidth.bytesPerSecond, origin, source)
    let peaks = peaks(reader, base?.peaks ?? [:], origin, source)
    if base == nil {
      let given: [(FieldDescription, Bool)] = [
        (Fields.memoryCapacity.description, reader.raw("memoryCapacity") != nil),
        (Fields.memoryBandwidth.description, reader.raw("memoryBandwidth") != nil),
        (Fields.peaks.description, reader.raw("peaks") != nil),
      ]
      for (field, isGiven) in given where !isGiven { reader.reportMissing(field) }
    }
    let name = reader.given(Fields.name)
    let id = reader.given(Fields.id)
    guard let capacity, let bandwidth, let peaks else { return nil }
    let accelerator = Accelerator(
      id: id ?? base?.id ?? name ?? "custom", name: name ?? base?.name ?? id ?? "custom",
      architecture: reader.given(Fields.architecture) ?? base?.architecture ?? "unknown",
      memoryCapacity: ByteCount(capacity), memoryBandwidth: Bandwidth(bytesPerSecond: bandwidth),
      peaks: peaks, source: source, confidence: confidence)
    return checked(accelerator, reader.item.path) ? accelerator : nil
  }

  private func peaks(
    _ reader: MappingReader, _ base: [ArithmeticClass: ComputeRate], _ origin: Assumption.Origin,
    _ source: String
  ) -> [ArithmeticClass: ComputeRate]? {
    guard let item = reader.raw(AcceleratorFields.peaks) else { return base }
    guard
      let inner = MappingReader(item, AcceleratorFields.peaksShape, reading, given: reader.given)
    else { return nil }
    var peaks = base
    for (arithmetic, field) in AcceleratorFields.peakFields {
      let value = inner.value(field, else: base[arithmetic]?.flopsPerSecond, origin, source)
      peaks[arithmetic] = value.map { ComputeRate(flopsPerSecond: $0) }
    }
    return peaks
  }

  /// Whether everything needed is there; the catalogue lacks some figures of small machines.
  private func checked(_ accelerator: Accelerator, _ path: String) -> Bool {
    var gaps: [String] = []
    if accelerator.memoryCapacity.bytes <= 0 { gaps.append("memoryCapacity") }
    if accelerator.memoryBandwidth.bytesPerSecond <= 0 { gaps.append("memoryBandwidth") }
    if accelerator.peaks.isEmpty { gaps.append("peaks") }
    guard !gaps.isEmpty else { return true }
    reading.report(
      .error, .catalogGap, at: path,
      "no figure is known for \(gaps.joined(separator: ", ")) of '\(accelerator.id)'",
      help: [
        "give it beside the reference: accelerator: { preset: \(accelerator.id), \(gaps[0]): … }"
      ])
    return false
  }

  private func file(
    _ name: String, _ item: YAMLItem
  ) -> (accelerator: Accelerator, entry: AcceleratorEntry?)? {
    let path = ScenarioPath.resolve(name, in: reading.folder)
    switch ScenarioFile.read(path) {
    case .failure(let fault):
      reading.error(fault.code, at: item, "accelerator file: \(fault.message)")
      return nil
    case .success(let text):
      let (root, findings) = YAMLDocument.load(SourceText(file: path, text: text))
      for finding in findings { reading.add(finding) }
      guard let root else { return nil }
      reading.assumeGiven(item, name)
      return measured(root.moved(to: item.path), name: name).map { ($0, nil) }
    }
  }

  /// The accelerator that a measured machine's file describes.
  func measured(_ root: YAMLItem, name: String) -> Accelerator? {
    let source = "measured: \(name)"
    let shape = AcceleratorFields.fileShape
    guard let reader = MappingReader(root, shape, reading, given: (.measured, source)) else {
      return nil
    }
    _ = reader.given(AcceleratorFields.schemaVersion)
    guard var accelerator = figures(reader, nil, .measured, source, .measured) else { return nil }
    if let item = reader.raw(AcceleratorFields.measurements) {
      guard let profile = ProcessorProfileReader(reading: reading).read(item) else { return nil }
      accelerator.processor = profile.value
    }
    return accelerator
  }
}

extension ScenarioReader {
  /// The accelerator that a file of `shunt calibrate measure` describes; nil with an error among the
  /// findings.
  public func accelerator(file path: String) -> (accelerator: Accelerator?, findings: [Finding]) {
    let reading = Reading(
      catalog: catalog, vocabulary: vocabulary, folder: ScenarioPath.folder(of: path),
      checksFiles: checksFiles)
    switch ScenarioFile.read(path) {
    case .failure(let fault):
      return (nil, [Finding(.error, fault.code, file: path, fault.message)])
    case .success(let text):
      let (root, findings) = YAMLDocument.load(SourceText(file: path, text: text))
      for finding in findings { reading.add(finding) }
      let rules = AcceleratorRules(reading: reading)
      let accelerator = root.flatMap { rules.measured($0, name: path) }
      return (accelerator, reading.findings.inReadingOrder())
    }
  }
}
