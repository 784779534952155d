/// The scenario that `shunt init` writes.
public enum ScenarioTemplate {
  /// A commented scenario that runs as it is: two nodes of four H100, a small model, skewed tokens.
  ///
  /// - Parameter name: What the scenario is called; anything but letters, digits, `-`, `_` and `.`
  ///   becomes a hyphen.
  /// - Parameter schema: Where editors find the JSON Schema.
  public static func text(name: String, schema: String = "schema/scenario.schema.json") -> String {
    """
    # yaml-language-server: $schema=\(schema)
    #
    # A scenario: a machine, a model, a workload, and what to compare.
    # 'shunt check' validates it, 'shunt compare' decides it, 'shunt explain CODE' explains findings.

    name: \(safe(name))

    # The machine. What is left out comes from the catalogue ('shunt catalog nodes').
    cluster:
      accelerator: h100-sxm-80      # a row of 'shunt catalog accelerators', or a mapping
      nodes: 2
      acceleratorsPerNode: 4
      # interNode: { bandwidth: 50 GB/s, latency: 5 us }    # per accelerator, each direction
      # fabric: { kind: railOptimized, oversubscription: 1 }
      # slowdown: { ranks: [3], compute: 1.15 }             # a straggler

    # A small model by its dimensions; or 'preset: deepseek-v3' with 'layers: 4'.
    model:
      layers: 4
      hiddenSize: 2048
      expertIntermediateSize: 1408
      experts: 64
      topK: 6
      weightFormat: bf16

    # One step's work on every rank, and how many steps are looked at.
    workload:
      phase: prefill                # prefill | decode | training
      tokensPerRank: 4096
      steps: 50

    # Where routed tokens come from. Skewed here: a few experts are much more popular than others.
    routing:
      zipf: { exponent: 0.8 }

    # What to compare: every placement with every strategy. The first pair is the baseline.
    placements: [contiguous, balanced]
    strategies: [ep, llep]

    simulation:
      seed: 7
      network: fluid                # fluid | fluid: { tolerance: 1 % } | analytic

    # Thresholds decide the exit code, for use in scripts.
    # expect: { p99StepTime: "< 30 ms", peakMemory: "< 90 %" }

    """
  }

  private static func safe(_ name: String) -> String {
    let mapped = name.map { character in
      let isPlain = character.isASCII && (character.isLetter || character.isNumber)
      return isPlain || "-_.".contains(character) ? character : "-"
    }
    let text = String(mapped.drop { "-.".contains($0) })
    return text.first?.isLetter == true ? text : "scenario" + (text.isEmpty ? "" : "-\(text)")
  }
}
