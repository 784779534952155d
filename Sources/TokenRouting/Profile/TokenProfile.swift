private import Statistics

extension RoutingProfile {
  /// The profile of a token table.
  ///
  /// - Throws: ``RoutingError`` where `topK` does not divide the tokens' choices, the table has
  ///   experts beyond `experts`, or no such domain.
  public init(
    _ table: TokenTable, topK: Int, experts: Int? = nil, domain: String? = nil
  ) throws(RoutingError) {
    let largest = table.experts.max().map { Int($0) + 1 } ?? 1
    let count = experts ?? largest
    guard topK > 0, table.choicesPerToken % topK == 0, largest <= count else {
      throw RoutingError(
        .modelMismatch, file: table.file,
        "tokens with \(table.choicesPerToken) expert numbers up to \(largest - 1) are not of"
          + " \(count) experts and topK \(topK)",
        fix: "name the model that the trace was recorded on")
    }
    let tokens = try table.places(domain: domain).flatMap { Array($0) }
    let cutter = TokenCutter(table: table, topK: topK, experts: count, tokens: tokens)
    let layers = Array(0..<(table.choicesPerToken / topK))
    self.init(file: table.file, format: .tokenTable, experts: count, layers: layers)
    let loads = layers.map { cutter.loads(layer: $0) }
    skew = Skew(loads: loads)
    popularity = Self.popularity(loads, layers: layers)
    locality = cutter.locality(of: 16)
    guard layers.count > 1 else { return }
    affinity = Affinity(
      pairs: layers.dropLast().map { cutter.transitions(from: $0) }, experts: count)
  }
}

extension RoutingProfile.Affinity {
  /// The affinity in `pairs`, counts `[experts × experts]` of each pair of layers.
  ///
  /// Experts that were not used in the first layer are left out.
  init(pairs: [[Double]], experts: Int) {
    var ratios: [Double] = []
    for counts in pairs {
      for row in stride(from: 0, to: counts.count, by: experts) {
        let successors = counts[row..<(row + experts)]
        let sum = successors.reduce(0, +)
        if sum > 0 { ratios.append((successors.max() ?? 0) / sum * Double(experts)) }
      }
    }
    successorOverChance = average(ratios)
    layerPairs = pairs.count
  }
}

/// Looks at a token table layer by layer.
private struct TokenCutter {
  let table: TokenTable
  let topK: Int
  let experts: Int
  /// The tokens that are looked at, in order.
  let tokens: [Int]

  /// The experts of `token` in `layer`.
  private func choices(_ token: Int, _ layer: Int) -> ArraySlice<UInt16> {
    let first = token * table.choicesPerToken + layer * topK
    return table.experts[first..<(first + topK)]
  }

  func loads(layer: Int) -> [Double] {
    var loads = [Double](repeating: 0, count: experts)
    for token in tokens {
      for expert in choices(token, layer) { loads[Int(expert)] += 1 }
    }
    return loads
  }

  /// Pairs of experts that a token used in `layer` and the next, `[experts × experts]`.
  func transitions(from layer: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: experts * experts)
    for token in tokens {
      for first in choices(token, layer) {
        for second in choices(token, layer + 1) {
          counts[Int(first) * experts + Int(second)] += 1
        }
      }
    }
    return counts
  }

  func locality(of length: Int) -> RoutingProfile.Locality {
    var shuffled = tokens
    var stream = RandomStream(seed: 0, purpose: "locality of shuffled tokens")
    stream.shuffle(&shuffled)
    return RoutingProfile.Locality(
      tokens: length,
      f1: meanF1(stretches(of: length)),
      f1Shuffled: meanF1(
        stride(from: 0, to: shuffled.count - length + 1, by: length).map {
          Array(shuffled[$0..<($0 + length)])
        }),
      repeated: repeated(
        zip(tokens, tokens.dropFirst()).filter { table.sequences[$0] == table.sequences[$1] }),
      repeatedByChance: repeated(Array(zip(shuffled, shuffled.dropFirst()))))
  }

  /// The share of the second tokens' experts that the first ones used, mean over layers and pairs.
  private func repeated(_ pairs: [(Int, Int)]) -> Double? {
    guard !pairs.isEmpty else { return nil }
    var shared = 0
    let layers = table.choicesPerToken / topK
    for (first, second) in pairs {
      for layer in 0..<layers {
        let before = choices(first, layer)
        shared += choices(second, layer).count { before.contains($0) }
      }
    }
    return Double(shared) / Double(pairs.count * layers * topK)
  }

  /// Consecutive tokens of one sequence, `length` at a time.
  private func stretches(of length: Int) -> [[Int]] {
    var result: [[Int]] = []
    var current: [Int] = []
    for token in tokens {
      if let last = current.last, table.sequences[last] != table.sequences[token] {
        current.removeAll()
      }
      current.append(token)
      if current.count == length {
        result.append(current)
        current.removeAll()
      }
    }
    return result
  }

  private func meanF1(_ stretches: [[Int]]) -> Double {
    let layers = table.choicesPerToken / topK
    return average(
      (0..<layers).map { layer in average(stretches.map { bestF1($0, layer) }) })
  }

  /// The best F1 that one set of experts, active for every token of the stretch, can have against
  /// the experts that the tokens used: 2 · hits / (tokens · |set| + tokens · k), over all sizes.
  private func bestF1(_ stretch: [Int], _ layer: Int) -> Double {
    var counts = [Int](repeating: 0, count: experts)
    for token in stretch {
      for expert in choices(token, layer) { counts[Int(expert)] += 1 }
    }
    var hits = 0
    var best = 0.0
    for (index, count) in counts.sorted(by: >).enumerated() where count > 0 {
      hits += count
      best = max(best, 2 * Double(hits) / Double(stretch.count * (index + 1 + topK)))
    }
    return best
  }
}
