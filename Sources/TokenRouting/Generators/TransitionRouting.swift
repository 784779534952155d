internal import Domain
internal import Statistics

/// Draws tokens whose experts in one layer depend on those of the layer before, as a transition
/// table counted it.
///
/// Slot *s* of a token goes on from the expert of slot *s* one layer earlier; an expert that the
/// token already uses is drawn again. Layers without counts between them are drawn apart.
struct TransitionRouting: RoutingGenerator {
  let context: RoutingContext
  let warnings: [String]
  /// For each of the model's layers: where a token goes from each expert, or nothing.
  private let moves: [[CategoricalLaw?]]
  /// For each of the model's layers: the popularity of its experts.
  private let popularity: [CategoricalLaw]

  init(_ table: TransitionTable, in context: RoutingContext) throws(RoutingError) {
    let model = context.model
    guard table.experts <= model.experts else {
      throw RoutingError(
        .modelMismatch, file: table.file,
        "the trace has \(table.experts) experts where the model has \(model.experts)",
        fix: "use a trace of this model, or a model with \(table.experts) experts")
    }
    let layers = LoadTable.distinct(table.pairs.flatMap { [$0.from, $0.to] })
    let matching = LayerMatching(
      model: model.layers, trace: layers, count: layers.count, file: table.file)
    var moves: [[CategoricalLaw?]] = []
    var popularity: [CategoricalLaw] = []
    for (position, place) in matching.places.enumerated() {
      let number = layers[place]
      popularity.append(try Self.popularity(of: number, in: table, topK: model.topK))
      let previous = position > 0 ? layers[matching.places[position - 1]] : -1
      let pair = table.pairs.first { $0.from == previous && $0.to == number }
      moves.append(pair.map { Self.moves($0, experts: table.experts) } ?? [])
    }
    self.context = context
    self.moves = moves
    self.popularity = popularity
    warnings = matching.warnings
  }

  func layer(at position: Int, step: Int) -> RoutedLayer {
    draw(positions: 0...position, step: step).last ?? empty(at: position)
  }

  func layers(step: Int) -> [RoutedLayer]? {
    draw(positions: 0...(moves.count - 1), step: step)
  }

  private func empty(at position: Int) -> RoutedLayer {
    RoutedLayer(
      layer: context.model.layers[position], experts: context.model.experts,
      topK: context.model.topK, tokens: [], copies: [])
  }

  /// Follows every token through the layers; a rank has a stream of its own.
  private func draw(positions: ClosedRange<Int>, step: Int) -> [RoutedLayer] {
    let model = context.model
    let perRank = context.workload.tokensPerRank
    let blank = [Int32](repeating: 0, count: context.ranks * model.experts)
    var copies = [[Int32]](repeating: blank, count: positions.count)
    var chosen = [[UInt16]](repeating: [], count: positions.count)
    for rank in 0..<context.ranks {
      var stream = RandomStream(seed: context.seed, purpose: "routing chain", step, rank)
      for _ in 0..<perRank {
        var experts: [Int] = []
        for position in positions {
          experts = next(after: experts, at: position, &stream)
          for expert in experts {
            copies[position][rank * model.experts + expert] += 1
            chosen[position].append(UInt16(truncatingIfNeeded: expert))
          }
        }
      }
    }
    return positions.map { position in
      RoutedLayer(
        layer: model.layers[position], experts: model.experts, topK: model.topK,
        tokens: [Int32](repeating: Int32(perRank), count: context.ranks),
        copies: copies[position],
        choices: TokenChoices(experts: chosen[position], topK: model.topK))
    }
  }

  /// A token's experts in one layer, given those of the layer before.
  private func next(
    after previous: [Int], at position: Int, _ stream: inout RandomStream
  ) -> [Int] {
    var experts: [Int] = []
    for slot in 0..<context.model.topK {
      let move =
        previous.isEmpty || moves[position].isEmpty ? nil : moves[position][previous[slot]]
      experts.append(fresh(move ?? popularity[position], at: position, experts, &stream))
    }
    return experts
  }

  /// An expert that is not yet among `used`: from `law`, after eight repetitions from the layer's
  /// popularity, and at last the first free one.
  private func fresh(
    _ law: CategoricalLaw, at position: Int, _ used: [Int], _ stream: inout RandomStream
  ) -> Int {
    for _ in 0..<8 {
      let expert = stream.draw(from: law)
      if !used.contains(expert) { return expert }
    }
    for _ in 0..<64 {
      let expert = stream.draw(from: popularity[position])
      if !used.contains(expert) { return expert }
    }
    return (0..<context.model.experts).first { !used.contains($0) } ?? 0
  }

  /// The law of the next expert from each expert; none where the table has no counts.
  private static func moves(
    _ pair: TransitionTable.Pair, experts: Int
  ) -> [CategoricalLaw?] {
    (0..<experts).map { expert in
      try? CategoricalLaw(
        weights: Array(pair.counts[(expert * experts)..<((expert + 1) * experts)]))
    }
  }

  /// How often each expert of layer `number` was used, from the counts that leave or reach it.
  private static func popularity(
    of number: Int, in table: TransitionTable, topK: Int
  ) throws(RoutingError) -> CategoricalLaw {
    var weights = [Double](repeating: 0, count: table.experts)
    if let pair = table.next(after: number) {
      for index in pair.counts.indices { weights[index / table.experts] += pair.counts[index] }
    } else if let pair = table.pairs.first(where: { $0.to == number }) {
      for index in pair.counts.indices { weights[index % table.experts] += pair.counts[index] }
    }
    guard weights.count(where: { $0 > 0 }) >= topK, let law = try? CategoricalLaw(weights: weights)
    else {
      throw RoutingError(
        .impossibleLoads, file: table.file,
        "layer \(number) uses fewer experts than the \(topK) that every token needs",
        fix: "use a table of this model, with counts for every layer")
    }
    return law
  }
}
