internal import Diagnostics
internal import Domain
internal import Quantities

/// The keys of `simulation` and `memory`.
enum SettingsFields {
  static let seed = Field.integer(
    "seed", 0...Int.max, default: 0, "Seed of the tokens that are judged.")
  static let planningSeed = Field.integer(
    "planningSeed", 0...Int.max, default: 7,
    "Seed of the tokens before those: placements are planned on them, strategies have learned from them."
  )
  static let precision = Field.quantity(
    "precision", .fraction, 1e-6...1,
    "Simulate until the 95 % interval of p99 is this narrow (half its width over p99).")
  static let maximumSteps = Field.integer(
    "maximumSteps", 1...1_000_000, default: 10_000, "The most steps that 'precision' may take.")
  static func network(_ kinds: [ComponentDescriptor]) -> Section {
    Section(
      "network", .kind(kinds, allowsLabel: false, extra: []), default: "fluid",
      "The network's fidelity.")
  }
  static func simulation(_ networks: [ComponentDescriptor]) -> MappingShape {
    MappingShape(
      "How the simulation runs.",
      [
        seed.description, planningSeed.description, precision.description, maximumSteps.description,
        network(networks).description,
      ])
  }

  static let expertWeights: Field<MemoryPolicy.ExpertWeights> = .choice(
    "expertWeights", default: .shard,
    "Whether a rank keeps its own experts' weights or those of all experts.")
  static let reserved = Field.quantity(
    "reserved", .data, 0...1e18, "What allocator and libraries hold on each accelerator.")
  static let memory = MappingShape(
    "What counts against a rank's memory.", [expertWeights.description, reserved.description])
}

/// Reads `simulation` and `memory`.
struct SettingsRules {
  let reading: Reading

  func simulation(_ item: YAMLItem?, in root: MappingReader) -> SimulationSettings? {
    let networks = ComponentRules(
      kinds: reading.vocabulary.networks, role: "network", reading: reading)
    let path = root.path("simulation")
    guard let item else {
      for field in [SettingsFields.seed, SettingsFields.planningSeed] {
        reading.assume(
          "\(path).\(field.key)", "\(field.defaultValue ?? 0)", .default, "default")
      }
      return networks.byDefault("fluid", path: "\(path).network")
        .map { SimulationSettings(seed: 0, network: $0) }
    }
    let shape = SettingsFields.simulation(reading.vocabulary.networks)
    guard let reader = MappingReader(item, shape, reading) else { return nil }
    let seed = reader.value(SettingsFields.seed)
    let planningSeed = reader.value(SettingsFields.planningSeed)
    let precision = reader.given(SettingsFields.precision)
    let isPrecisionBroken = precision == nil && reader.raw(SettingsFields.precision.key) != nil
    guard let maximumSteps = maximumSteps(reader, isNeeded: precision != nil), !isPrecisionBroken
    else { return nil }
    let network: ComponentSpec?
    if let chosen = reader.raw("network") {
      network = networks.one(chosen, below: chosen.path)
      if let network { reading.assumeGiven(chosen, network.kind) }
    } else {
      network = networks.byDefault("fluid", path: reader.path("network"))
    }
    guard let seed, let planningSeed, let network else { return nil }
    return SimulationSettings(
      seed: UInt64(seed), planningSeed: UInt64(planningSeed), network: network,
      precision: precision, maximumSteps: maximumSteps)
  }

  /// The limit of steps, which only a precision needs.
  private func maximumSteps(_ reader: MappingReader, isNeeded: Bool) -> Int? {
    let field = SettingsFields.maximumSteps
    if isNeeded { return reader.value(field) }
    guard reader.raw(field.key) != nil else { return field.defaultValue }
    reading.report(
      .warning, .unusedKey, at: reader.path(field.key),
      "'\(field.key)' has no effect without 'precision'")
    return reader.given(field)
  }

  func memory(_ item: YAMLItem?, in root: MappingReader) -> MemoryPolicy? {
    guard let item else {
      reading.assume(root.path("memory") + ".expertWeights", "shard", .default, "default")
      return MemoryPolicy()
    }
    guard let reader = MappingReader(item, SettingsFields.memory, reading) else { return nil }
    let weights = reader.value(SettingsFields.expertWeights)
    let reserved = reader.given(SettingsFields.reserved)
    let isReservedBroken = reserved == nil && reader.raw(SettingsFields.reserved.key) != nil
    guard let weights, !isReservedBroken else { return nil }
    return MemoryPolicy(expertWeights: weights, reservedBytes: reserved)
  }
}
