internal import Domain

extension RoutingProfile {
  /// The profile of what a routing draws or replays, one window a step.
  ///
  /// Locality and affinity need the choices of single tokens; a routing that has none lacks them.
  ///
  /// - Throws: ``RoutingError`` where a step has no tokens.
  /// - Complexity: that of drawing the steps.
  public init(_ source: RoutingSource, steps: Range<Int>) throws(RoutingError) {
    let model = source.context.model
    let drawn = steps.map { source.step($0) }
    let windows = drawn.map { step in step.layers.map { $0.expertLoads.map(Double.init) } }
    guard !windows.isEmpty, source.context.workload.tokensPerRank > 0 else {
      throw RoutingError(
        .impossibleLoads, "there are no tokens to profile", fix: "give steps and tokensPerRank")
    }
    self.init(
      file: "drawn", format: .windowTable, experts: model.experts, layers: model.layers)
    self.windows = windows.count
    let total = model.layers.indices.map { layer in
      windows.reduce([Double](repeating: 0, count: model.experts)) { sums, window in
        zip(sums, window[layer]).map { $0 + $1 }
      }
    }
    skew = Skew(loads: total)
    popularity = Self.popularity(total, layers: model.layers)
    if windows.count > 1 {
      dispersion = Dispersion(windows: windows, topK: model.topK)
      drift = Drift(windows: windows)
    }
    guard let table = Self.tokens(of: drawn, model: model) else { return }
    let tokens = try RoutingProfile(table, topK: model.topK, experts: model.experts)
    locality = tokens.locality
    affinity = tokens.affinity
  }

  /// The tokens of `steps` one after another, a sequence for every rank and step; none where single
  /// tokens are not known.
  private static func tokens(of steps: [RoutedStep], model: MoEModel) -> TokenTable? {
    var experts: [UInt16] = []
    var sequences: [Int32] = []
    var sequence: Int32 = 0
    for step in steps {
      let choices = step.layers.compactMap(\.choices)
      guard choices.count == step.layers.count, let first = step.layers.first else { return nil }
      var token = 0
      for count in first.tokens {
        for _ in 0..<count {
          for layer in choices {
            experts += layer.experts[(token * model.topK)..<((token + 1) * model.topK)]
          }
          sequences.append(sequence)
          token += 1
        }
        sequence += 1
      }
    }
    return TokenTable(
      file: "drawn", choicesPerToken: model.topK * model.layers.count, experts: experts,
      sequences: sequences)
  }
}
