import CostModels
import WholeModel

/// The page on serving steps: time per output token of whole models, predicted and measured.
public struct ServingReport: Sendable {
  private let tables: [ServingTable]
  private let studies: [ServingStudy]

  /// Fits and judges every table by itself.
  public init(_ tables: [ServingTable], prediction: ServingPrediction = ServingPrediction()) {
    self.tables = tables
    studies = tables.map { ServingStudy($0.rows, prediction: prediction) }
  }

  /// The page as Markdown; equal tables give equal bytes.
  public var markdown: String {
    var page = "# Serving steps of whole models\n\n" + StepPage.header + Self.introduction
    for (table, study) in zip(tables, studies) {
      page += "## \(table.csv.name)\n\n\(table.rows.count) rows. "
      page += StepPage.refusals(table.refused)
      page += engines(study) + families(study) + sizes(study) + firstTokens(study)
      page += constants(study)
    }
    return page + Self.weaknesses
  }

  private func engines(_ study: ServingStudy) -> String {
    let rows = study.engines.map { engine -> [String] in
      let own = study.judged.filter { $0.row.engine == engine.variant }
      let seen = own.filter { !$0.heldOut }
      let held = own.filter(\.heldOut)
      return [engine.variant, "\(seen.count)"] + StepPage.figures(seen.map(\.error))
        + ["\(held.count)"] + StepPage.figures(held.map(\.error))
        + StepPage.figures(held.filter { !$0.queues }.map(\.error)).prefix(1)
    }
    return "Time per output token, all rows that are not refused:\n\n"
      + StepPage.table(
        [
          "engine", "seen", "median / p90", "bias", "held out", "median / p90", "bias",
          "held out, no queue",
        ], rows)
  }

  /// Rank correlation within a model on a machine, the judge of choosing between configurations.
  private func families(_ study: ServingStudy) -> String {
    let names = Set(study.judged.map(\.row.family)).sorted()
    let rows = names.compactMap { name -> [String]? in
      let own = study.judged.filter { $0.row.family == name }
      guard own.count >= 5 else { return nil }
      let held = own.filter(\.heldOut)
      return [name.replacing(" | ", with: ", "), "\(own.count)", correlation(own)]
        + StepPage.figures(own.map(\.error)) + ["\(held.count)", correlation(held)]
        + [correlation(own.filter { !$0.queues })]
    }
    return "Rank correlation (Spearman) over the configurations and loads of a model:\n\n"
      + StepPage.table(
        [
          "engine, model, machine", "rows", "Spearman", "median / p90", "bias", "held out",
          "Spearman", "all, no queue",
        ],
        rows)
  }

  private func correlation(_ rows: [ServingStudy.Judged]) -> String {
    guard rows.count >= 5 else { return "–" }
    let value = RankCorrelation.of(
      rows.map(\.tokenMilliseconds), rows.map(\.row.tokenMilliseconds))
    return StepPage.number(value)
  }

  private func sizes(_ study: ServingStudy) -> String {
    let bounds: [(String, Range<Int>)] = [
      ("1 to 4", 1..<5), ("5 to 16", 5..<17), ("17 to 64", 17..<65), ("65 to 256", 65..<257),
      ("above 256", 257..<Int.max),
    ]
    let rows = bounds.compactMap { name, range -> [String]? in
      let own = study.judged.filter { range.contains($0.row.batch) }
      return own.isEmpty ? nil : [name, "\(own.count)"] + StepPage.figures(own.map(\.error))
    }
    return "By sequences of an attention group:\n\n"
      + StepPage.table(["sequences", "rows", "median / p90", "bias"], rows)
  }

  /// The time to the first token where one request is alone.
  private func firstTokens(_ study: ServingStudy) -> String {
    let alone = study.judged.filter {
      $0.row.batch * $0.row.division.data == 1 && $0.row.firstTokenMilliseconds > 0
    }
    guard alone.count >= 5 else { return "" }
    let errors = alone.map { $0.firstTokenMilliseconds / $0.row.firstTokenMilliseconds - 1 }
    let order = RankCorrelation.of(
      alone.map(\.firstTokenMilliseconds), alone.map(\.row.firstTokenMilliseconds))
    let figures = StepPage.figures(errors)
    return "Time to the first token of a request that is alone (\(alone.count) rows, not fitted): "
      + "\(figures[0]), bias \(figures[1]), Spearman \(StepPage.number(order)).\n\n"
  }

  private func constants(_ study: ServingStudy) -> String {
    let specs = ServingEngine.constants
    let rows = study.engines.map { set in
      [set.variant] + set.values.map { StepPage.number($0) }
    }
    let releases = study.releases.map {
      [
        $0.name.replacing(" | ", with: ", "), StepPage.number($0.factor),
        StepPage.number($0.prompts), "\($0.rows)",
      ]
    }
    return "Constants of the engines:\n\n"
      + StepPage.table(["engine"] + specs.map { "\($0.name) (\($0.unit))" }, rows)
      + "Factors of the releases on time (below 1: faster than the engine's others, or several "
      + "tokens a step), and on the part that prompts of others take beside that:\n\n"
      + StepPage.table(["release, model", "factor", "prompts", "rows seen"], releases)
  }

  private static let introduction = """

    The time between two tokens of a sequence is predicted from the same kernels' costs as
    everything else: a decode step of every layer (projections, attention over the growing context,
    gate, experts of the busiest rank, shared experts, sums and exchanges), the head, and the prompt
    passes of other requests that come between. A step takes at least what the host's processes need
    to receive its tokens. What belongs to an engine (gaps, the part of launches a captured graph
    leaves, how much of the prompts' passes a running sequence waits for) is fitted for each engine on
    every second configuration (model, format, machine, tensor, data and expert ranks, in sorted
    order) and judged on the others. A release with a model has two more factors, on all time and on
    the prompts' part, taken from the rows seen.

    Rows *queue* where the batch does not fit the memory, where the first token takes longer than half
    of all others, or, of requests sent at once, where the mean request ends before four fifths of the
    whole: then some waited for others to end, and the batch that ran is not the one asked for. They
    are not fitted; they are judged, and left out of the last columns only.


    """

  private static let weaknesses = """
    ## Where this is weak

    - Speculative decoding stands in no column: the same DeepSeek-R1 configuration appears with 5.4
      and 10.3 ms a token. A release's factor takes what is common to its rows, not the rest.
    - Of gpt-oss on H100 nine rows ask for 512 requests; their first token waits for up to 460 s and
      their tokens come as fast as with 8 requests. They alone spoil the rank correlation there.
    - Rows with tensor 64 or 16 and MoE 8 × 8 or 4 × 4 on one node repeat rows of 8 or 4 ranks to the
      last digit, and tp 4 × dp 4 with 16 expert ranks those of tp 4; they are read as those.
    - Without an all-to-all (GB200), prompts that more than eight ranks gather for whole experts take
      several times what the kernels say, in proportion to a group's own prompt tokens; a constant
      carries it. Experts split in width add a latency in proportion to the ranks instead. Why the two
      differ stands in no column.
    - Prompts of DeepSeek-V3 in SGLang 0.5.10 are four times slower than in its other releases.
    - Time to the first token holds the engine's own queue in almost every row; only lone requests
      are compared, and nothing of them is fitted.
    - Hybrid and sparse attention (Qwen3.5, GLM-5) is a pattern of layers on the nearest kind.

    """
}
