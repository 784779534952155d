internal import Domain
internal import Quantities

/// The keys of `cluster` and what stands below it.
enum ClusterFields {
  static let shape = MappingShape(
    "Equal nodes of equal accelerators and the links between them.",
    [
      accelerator.description, node.description, nodes.description,
      acceleratorsPerNode.description, intraNode.description, interNode.description,
      fabric.description, slowdown.description,
    ])

  static let accelerator = Section(
    "accelerator",
    .either([.text, .mapping(AcceleratorFields.shape)]),
    "A catalogue row, a mapping, or a file that 'shunt calibrate measure' wrote.")
  static let node = Section(
    "node", .text, "A node shape of the catalogue; the accelerator's own by default.")
  static let nodes = Field.integer("nodes", 1...65536, default: 1, "Nodes.")
  static let acceleratorsPerNode = Field.integer(
    "acceleratorsPerNode", 1...65536, "Accelerators of a node; the node shape's by default.")
  static let intraNode = Section(
    "intraNode", .either([.text, .mapping(intraNodeShape)]),
    "The links inside a node, a rank and direction: a link of the catalogue, or a mapping.")
  static let interNode = Section(
    "interNode", .either([.text, .mapping(interNodeShape)]),
    "A rank's share of the network between nodes, each direction.")
  static let fabric = Section(
    "fabric", .either([.choice(Fabric.Kind.allCases.map(\.rawValue)), .mapping(fabricShape)]),
    "How network cards reach each other.")
  static let slowdown = Section(
    "slowdown", .either([.mapping(slowdownShape), .list(.mapping(slowdownShape))]),
    "Ranks that run slower; factors multiply their times.")

  static let kind: Field<IntraNodeKind> = .choice(
    "kind", "How the accelerators of a node reach each other.")
  static let link = Section("link", .text, "A link of the catalogue to take figures from.")
  static let bandwidth = Field.quantity(
    "bandwidth", .bandwidth, 1...1e17, "Bytes a second, each direction.")
  static let latency = Field.quantity(
    "latency", .time, 0...3600, "Start-up time of one message.")
  static let intraNodeShape = MappingShape(
    "Links inside a node.",
    [kind.description, link.description, bandwidth.description, latency.description])
  static let interNodeShape = MappingShape(
    "The network between nodes.",
    [link.description, bandwidth.description, latency.description])

  static let fabricKind: Field<Fabric.Kind> = .choice(
    "kind", default: .railOptimized, "Rails, or every card reaching every card.")
  static let oversubscription = Field.number(
    "oversubscription", 1...1000, default: 1,
    "Down-link over up-link bandwidth at the leaf switches; 1 is non-blocking.")
  static let nodesPerLeaf = Field.integer(
    "nodesPerLeaf", 1...65536, default: 32,
    "Nodes that share a leaf switch; only traffic between leaves meets the oversubscription.")
  static let acceleratorsPerNIC = Field.integer(
    "acceleratorsPerNIC", 1...65536, default: 1,
    "Neighbouring accelerators that share one NIC, as wide as their parts of interNode together.")
  static let fabricShape = MappingShape(
    "The network's shape.",
    [
      fabricKind.description, oversubscription.description, nodesPerLeaf.description,
      acceleratorsPerNIC.description,
    ])

  static let ranks = Section(
    "ranks", .either([.integer(0...65535), .list(.integer(0...65535))]), required: true,
    "Ranks that run slower, counted from 0, node by node.")
  static let compute = Field.number(
    "compute", 0.001...1e6, default: 1, "Factor on compute time.")
  static let network = Field.number(
    "network", 0.001...1e6, default: 1, "Factor on the time of the rank's links.")
  static let slowdownShape = MappingShape(
    "Ranks that run slower.", [ranks.description, compute.description, network.description])
}

/// The keys of `cluster.accelerator` as a mapping, and of a measured machine's file.
enum AcceleratorFields {
  static let shape = MappingShape(
    "An accelerator by its figures, or a catalogue row with some of them replaced.",
    [
      preset.description, id.description, name.description, architecture.description,
      memoryCapacity.description, memoryBandwidth.description, peaks.description,
    ])
  static let fileShape = MappingShape(
    "An accelerator that was measured.",
    shape.fields.filter { $0.key != "preset" } + [
      schemaVersion.description, source.description, measurements.description,
    ])

  static let preset = Section("preset", .text, "A catalogue row to begin with.")
  static let id = Field.text("id", "A short name.")
  static let name = Field.text("name", "The name in reports.")
  static let architecture = Field.text(
    "architecture", "The family whose measured efficiencies apply, such as Hopper.")
  static let memoryCapacity = Field.quantity(
    "memoryCapacity", .data, 1...1e18, "Memory of one accelerator.")
  static let memoryBandwidth = Field.quantity(
    "memoryBandwidth", .bandwidth, 1...1e18, "Bytes a second between memory and arithmetic.")
  static let peaks = Section(
    "peaks", .mapping(peaksShape), "Dense peaks by arithmetic format.")
  static let peakFields: [(arithmetic: ArithmeticClass, field: Field<Double>)] =
    ArithmeticClass.allCases.map { arithmetic in
      (
        arithmetic,
        .quantity(
          arithmetic.rawValue, .computeRate, 1...1e24,
          "Dense peak in \(arithmetic.rawValue), without structured sparsity.")
      )
    }
  static let peaksShape = MappingShape(
    "Dense peaks by arithmetic format.", peakFields.map(\.field.description))

  static let schemaVersion = Field.integer(
    "schemaVersion", 1...1, default: 1, "Version of the file's shape.")
  static let source = Field.text("source", "How the figures were measured.")
  static let measurements = Section(
    "measurements", .any, "What the figures were taken from: tables of processor cores are read.")
}
