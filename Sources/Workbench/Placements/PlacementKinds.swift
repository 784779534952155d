public import Domain
import Planner

/// The placements that scenarios can name.
public enum PlacementKinds {
  private static let redundantExperts = OptionDescriptor(
    "redundantExperts", .integer(minimum: 0), default: .integer(0),
    "Expert copies of a layer beyond one each; with the experts they must fill whole ranks.")

  /// What the reader of scenarios knows about every kind.
  public static let descriptors: [ComponentDescriptor] = [
    ComponentDescriptor("contiguous", "Experts in order, an equal block on every rank."),
    ComponentDescriptor("roundRobin", "Experts dealt to the ranks one by one."),
    ComponentDescriptor(
      "balanced", "Heaviest expert first to the least loaded rank (longest processing time).",
      options: [redundantExperts]),
    ComponentDescriptor(
      "eplb", "DeepSeek's balancer: hierarchical where expert groups fit the nodes, else global.",
      options: [redundantExperts]),
    ComponentDescriptor(
      "moetuner", "MoETuner's two integer programs; for small models.", options: []),
    ComponentDescriptor(
      "ilp", "The project's own planner: search with integer programs and a proven bound.",
      options: [
        redundantExperts,
        OptionDescriptor(
          "stepBudget", .integer(minimum: 1), default: .integer(2_000_000),
          "Search steps; the same budget gives the same plan."),
        OptionDescriptor(
          "timeLimit", .duration,
          "Stops the search by the clock instead; such a result cannot be reproduced."),
        OptionDescriptor(
          "gap", .fraction, default: .number(1e-5), "The proven gap at which the search stops."),
        OptionDescriptor(
          "objective", .choice(["expected", "cvar", "balance"]), default: .text("expected"),
          """
          The busiest rank: its mean over planning steps, its mean over the worst of them, or that of \
          the mean loads.
          """),
        OptionDescriptor(
          "tailFraction", .fraction, default: .number(0.25),
          "With objective cvar: the share of planning steps that counts as the worst."),
        OptionDescriptor(
          "samples", .integer(minimum: 1), default: .integer(PlacementKinds.planningSteps),
          "Planning steps, which follow the judged ones; fewer where a step is very large."),
        OptionDescriptor(
          "workloads", .texts,
          "Workloads or domains of the trace that the plan must serve together."),
        OptionDescriptor(
          "combine", .choice(LoadSetCombination.allCases.map(\.rawValue)), default: .text("worst"),
          "With workloads: plan for the worst of them in each layer, or for all alike (weighted)."),
      ]),
    ComponentDescriptor(
      "file", "A placement file, as `shunt plan` writes it.",
      options: [OptionDescriptor("path", .path, required: true, "The placement file.")],
      scalarOption: "path"),
  ]

  /// Planning steps where a placement does not say how many.
  static let planningSteps = 16

  /// The planning steps that any of `specs` looks at.
  static func steps(of specs: [ComponentSpec]) -> Int {
    specs.map { $0.integer("samples") ?? planningSteps }.max() ?? planningSteps
  }

  /// Kinds that need no loads.
  static let blind: Set<String> = ["contiguous", "roundRobin", "file"]
}
