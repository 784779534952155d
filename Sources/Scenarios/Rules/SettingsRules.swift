internal import Diagnostics
internal import Domain
internal import Quantities

/// The keys of `simulation` and `memory`.
enum SettingsFields {
  static let seed = Field.integer(
    "seed", 0...Int.max, default: 0, "Seed of every random draw.")
  static func network(_ kinds: [ComponentDescriptor]) -> Section {
    Section(
      "network", .kind(kinds, allowsLabel: false, extra: []), default: "fluid",
      "The network's fidelity.")
  }
  static func simulation(_ networks: [ComponentDescriptor]) -> MappingShape {
    MappingShape("How the simulation runs.", [seed.description, network(networks).description])
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
      reading.assume("\(path).seed", "0", .default, "default")
      return networks.byDefault("fluid", path: "\(path).network")
        .map { SimulationSettings(seed: 0, network: $0) }
    }
    let shape = SettingsFields.simulation(reading.vocabulary.networks)
    guard let reader = MappingReader(item, shape, reading) else { return nil }
    let seed = reader.value(SettingsFields.seed)
    let network: ComponentSpec?
    if let chosen = reader.raw("network") {
      network = networks.one(chosen, below: chosen.path)
      if let network { reading.assumeGiven(chosen, network.kind) }
    } else {
      network = networks.byDefault("fluid", path: reader.path("network"))
    }
    guard let seed, let network else { return nil }
    return SimulationSettings(seed: UInt64(seed), network: network)
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
