internal import Domain

/// Replays a token table token by token: rank after rank takes the next tokens of the trace, step
/// after step, and starts again at its end.
struct TokenTraceRouting: RoutingGenerator {
  let context: RoutingContext
  let warnings: [String]
  private let table: TokenTable
  /// The chosen tokens, in order.
  private let tokens: [Int32]
  /// For each layer of the model its place in the trace.
  private let places: [Int]

  init(
    _ table: TokenTable, domain: String?, in context: RoutingContext
  ) throws(RoutingError) {
    let model = context.model
    let layers = table.choicesPerToken / model.topK
    guard layers > 0, table.choicesPerToken % model.topK == 0 else {
      throw RoutingError(
        .modelMismatch, file: table.file,
        "a token has \(table.choicesPerToken) expert numbers, which \(model.topK) (topK) does not divide",
        fix: "use a trace of this model")
    }
    if let index = table.experts.firstIndex(where: { Int($0) >= model.experts }) {
      throw RoutingError(
        .modelMismatch, file: table.file,
        line: Int(table.lines[index / table.choicesPerToken]),
        "expert \(table.experts[index]) is beyond the model's \(model.experts) experts",
        fix: "use a trace of this model")
    }
    let matching = LayerMatching(
      model: model.layers, trace: nil, count: layers, file: table.file)
    self.context = context
    self.table = table
    places = matching.places
    tokens = try table.places(domain: domain).flatMap { $0.map { Int32(truncatingIfNeeded: $0) } }
    warnings =
      matching.warnings + Self.wrapWarning(tokens.count, table.file, context)
      + Self.repeatWarning(table, model.topK)
  }

  var distinctSteps: Int? {
    tokens.count / max(1, context.ranks * context.workload.tokensPerRank)
  }

  func layer(at position: Int, step: Int) -> RoutedLayer {
    let model = context.model
    let perRank = context.workload.tokensPerRank
    var copies = [Int32](repeating: 0, count: context.ranks * model.experts)
    var chosen: [UInt16] = []
    chosen.reserveCapacity(context.ranks * perRank * model.topK)
    let offset = places[position] * model.topK
    var cursor = start(of: step)
    for rank in 0..<context.ranks {
      for _ in 0..<perRank {
        let first = Int(tokens[cursor]) * table.choicesPerToken + offset
        for index in first..<(first + model.topK) {
          let expert = table.experts[index]
          copies[rank * model.experts + Int(expert)] += 1
          chosen.append(expert)
        }
        cursor = cursor + 1 == tokens.count ? 0 : cursor + 1
      }
    }
    return RoutedLayer(
      layer: model.layers[position], experts: model.experts, topK: model.topK,
      tokens: [Int32](repeating: Int32(perRank), count: context.ranks), copies: copies,
      choices: TokenChoices(experts: chosen, topK: model.topK))
  }

  /// Where a step's first token stands among the chosen ones; steps before the first take the end of
  /// the trace.
  private func start(of step: Int) -> Int {
    let perStep = context.ranks * context.workload.tokensPerRank % tokens.count
    let start = (step % tokens.count) * perStep % tokens.count
    return start < 0 ? start + tokens.count : start
  }

  private static func wrapWarning(
    _ count: Int, _ file: String, _ context: RoutingContext
  ) -> [String] {
    let workload = context.workload
    let needed = Double(workload.steps) * Double(context.ranks) * Double(workload.tokensPerRank)
    guard needed > Double(count) else { return [] }
    return [
      "\(file): \(count) tokens for \(workload.steps) steps of"
        + " \(context.ranks) × \(workload.tokensPerRank); the trace starts again at its end"
    ]
  }

  /// Notes tokens that use an expert twice in a layer, which top-k routing does not do.
  private static func repeatWarning(_ table: TokenTable, _ topK: Int) -> [String] {
    let experts = table.experts
    for start in stride(from: 0, to: experts.count, by: topK) {
      for index in (start + 1)..<max(start + topK, start + 1)
      where experts[start..<index].contains(experts[index]) {
        let line = table.lines[start / table.choicesPerToken]
        return [
          "\(table.file):\(line): a token uses expert \(experts[index]) twice in one layer; both"
            + " copies are counted"
        ]
      }
    }
    return []
  }
}
