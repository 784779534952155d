import CostModels
import WholeModel

/// The page on training steps of whole models.
public struct TrainingReport: Sendable {
  private let table: TrainingTable
  private let study: TrainingStudy

  /// - Throws: a fault where the rows are too few to fit.
  public init(_ table: TrainingTable) throws(TableFault) {
    self.table = table
    study = try TrainingStudy(table.rows)
  }

  /// The page as Markdown; equal tables give equal bytes.
  public var markdown: String {
    "# Training steps of whole models\n\n" + StepPage.header + Self.introduction
      + "## \(table.csv.name)\n\n\(table.rows.count) rows. "
      + StepPage.refusals(table.refused) + summary + configurations + constants
      + Self.weaknesses
  }

  private var summary: String {
    let seen = study.judged.filter { !$0.heldOut }
    let held = study.judged.filter(\.heldOut)
    func row(_ name: String, _ rows: [TrainingStudy.Judged]) -> [String] {
      let order = RankCorrelation.of(
        rows.map(\.tokensPerSecond), rows.map(\.row.tokensPerSecond))
      return [name, "\(rows.count)"] + StepPage.figures(rows.map(\.error))
        + [StepPage.number(order)]
    }
    return "\n\n"
      + StepPage.table(
        ["rows", "number", "median / p90", "bias", "Spearman"],
        [row("seen", seen), row("held out", held), row("all", study.judged)])
  }

  private var configurations: String {
    let rows = study.judged.map { judged -> [String] in
      let plan = judged.row.plan
      return [
        judged.row.release.replacing(" | ", with: ", "), judged.row.system, judged.row.precision,
        "\(plan.accelerators)", "\(plan.pipeline) × \(plan.virtualStages)", "\(plan.expert)",
        "\(plan.microBatch)", "\(Int(judged.row.tokensPerSecond))",
        "\(Int(judged.tokensPerSecond.rounded()))",
        StepPage.percent(judged.error, signed: true), judged.heldOut ? "held out" : "seen",
      ]
    }
    return "Tokens a second of each accelerator:\n\n"
      + StepPage.table(
        [
          "release, model", "machine", "precision", "accelerators", "pipeline", "expert ranks",
          "micro-batch", "measured", "predicted", "error", "",
        ], rows)
  }

  private var constants: String {
    let specs = TrainingEngine.constants
    let values = zip(specs, study.constants.values).map { spec, value in
      [spec.name, StepPage.number(value), spec.unit, spec.summary]
    }
    let releases = study.releases.map {
      [$0.name.replacing(" | ", with: ", "), StepPage.number($0.factor), "\($0.rows)"]
    }
    return "Constants of the framework:\n\n"
      + StepPage.table(["constant", "value", "unit", "meaning"], values)
      + "Factors of the releases on time:\n\n"
      + StepPage.table(["release, model", "factor", "rows seen"], releases)
  }

  private static let introduction = """

    A closed estimate of one optimizer step: products of every layer forward and twice backward,
    attention's core, passes over activations, dispatch and combine, the pipeline's fill and drain,
    gradients and the optimizer, from the same kernels' costs as everything else. What belongs to the
    framework is fitted on two of three pairs of model and machine (in sorted order) and judged on
    the third. A release with a model has one more factor, taken from the rows seen: the same
    configuration became up to 1.5 times faster between two releases.


    """

  private static let weaknesses = """
    ## Where this is weak

    - Held-out pairs share their release's factor with the same model on other machines; a model that
      no row was seen of has the framework's constants alone.
    - Recomputation, fused attention with sinks (gpt-oss) and captured graphs stand in no column; they
      are inside the factors.
    - Expert exchanges over the network at 64 ranks (gpt-oss, first release on B200 and B300) are far
      slower than DeepEP's kernels, whose constants are used.

    """
}
