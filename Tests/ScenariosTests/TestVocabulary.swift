import Diagnostics
import Domain
import Scenarios

/// Kinds as the upper layers define them, enough of each to test every type of option.
enum TestVocabulary {
  static let routings: [ComponentDescriptor] = [
    ComponentDescriptor("uniform", "Every expert alike."),
    ComponentDescriptor(
      "zipf", "Popularity falls as a power of the rank.",
      options: [
        OptionDescriptor("exponent", .number(minimum: 0, maximum: 5), default: .number(1), "Skew.")
      ], scalarOption: "exponent"),
    ComponentDescriptor(
      "hotExperts", "A few experts get most tokens.",
      options: [
        OptionDescriptor("fraction", .fraction, required: true, "Share of the hot experts."),
        OptionDescriptor("experts", .integer(minimum: 1), required: true, "Hot experts."),
        OptionDescriptor(
          "assignment", .choice(["released", "even", "spread"]), default: .text("released"),
          "Who is hot."),
      ]),
    ComponentDescriptor(
      "trace", "Recorded routing.",
      options: [
        OptionDescriptor("file", .path, required: true, "The table."),
        OptionDescriptor(
          "format", .choice(["loadTable", "tokenTable"]), default: .text("loadTable"), "Kind."),
        OptionDescriptor("workload", .text, "Row key."),
      ]),
    ComponentDescriptor(
      "profile", "A catalogued skew.",
      options: [OptionDescriptor("name", .text, required: true, "Which.")], scalarOption: "name"),
  ]
  static let modifiers: [ComponentDescriptor] = [
    ComponentDescriptor(
      "drift", "Popularity moves.",
      options: [OptionDescriptor("period", .integer(minimum: 1), default: .integer(100), "Steps.")])
  ]
  static let placements: [ComponentDescriptor] = [
    ComponentDescriptor("contiguous", "In order."), ComponentDescriptor("roundRobin", "In turn."),
    ComponentDescriptor("balanced", "By load."),
    ComponentDescriptor(
      "ilp", "Solved.",
      options: [
        OptionDescriptor("redundantExperts", .integer(minimum: 0), default: .integer(0), "Copies."),
        OptionDescriptor("timeLimit", .duration, "Longest time."),
      ]),
    ComponentDescriptor(
      "file", "From a file.",
      options: [OptionDescriptor("path", .path, required: true, "The file.")], scalarOption: "path"
    ),
  ]
  static let strategies: [ComponentDescriptor] = [
    ComponentDescriptor("ep", "Expert parallelism."),
    ComponentDescriptor(
      "llep", "Least-loaded.",
      options: [
        OptionDescriptor(
          "capacityFactor", .number(minimum: 0, maximum: 100), default: .number(1), "Slack."),
        OptionDescriptor("minimumChunk", .integer(minimum: 0), default: .integer(1024), "Tokens."),
        OptionDescriptor("buffer", .data, "Memory."),
      ]),
    ComponentDescriptor(
      "fssdp", "Sharded.",
      options: [OptionDescriptor("rematerialize", .flag, default: .flag(true), "Again.")]),
  ]

  static var reader: ScenarioReader {
    var reader = ScenarioReader(
      routings: routings, modifiers: modifiers, placements: placements, strategies: strategies)
    reader.checksFiles = false
    return reader
  }

  /// A scenario that uses most of what there is.
  static let good = """
    name: skewed
    cluster:
      accelerator: h200-sxm-141
      nodes: 4
      acceleratorsPerNode: 8
      interNode: { bandwidth: 400 Gb/s, latency: 4 us }
      fabric: { kind: railOptimized, oversubscription: 2 }
      slowdown: { ranks: [3], compute: 1.15, network: 1.0 }
    model:
      preset: deepseek-v3
      layers: [3, 4, 5]
    workload:
      phase: decode
      tokensPerRank: 128
      steps: 200
    parallelism: { expert: 32, attentionData: 32, tensor: 1, pipeline: 1 }
    routing:
      hotExperts: { fraction: 95 %, experts: 4, assignment: even }
      modifiers: { drift: { period: 10 } }
    placements: [contiguous, roundRobin, ilp: { redundantExperts: 32, timeLimit: 10 s }, file: p.json]
    strategies: [ep, llep: { capacityFactor: 1.5 }, { llep: { minimumChunk: 8 }, name: small chunks }]
    simulation: { seed: 7, network: { fluid: { tolerance: 1 % } } }
    memory: { expertWeights: all, reserved: 2 GiB }
    expect: { p99StepTime: "< 30 ms", peakMemory: "< 90 %" }

    """

  static func read(_ text: String) -> ScenarioReading { reader.read(text: text, file: "s.yaml") }

  /// `good` with one piece replaced.
  static func read(replacing piece: String, with other: String) -> ScenarioReading {
    read(good.replacing(piece, with: other))
  }
}
