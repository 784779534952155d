extension RoutedStep {
  /// The step cut into `count` micro-batches, whose layers add up to this step's.
  ///
  /// Token *i* of a rank belongs to micro-batch *i* mod `count`. Where tokens are known one by one
  /// their own experts follow them; else the copies of a rank, ordered by expert, are dealt to its
  /// tokens in turn, so that no token meets an expert twice.
  ///
  /// - Complexity: O(count × sources × experts), or O(tokens × topK) where choices are known.
  public func microBatches(_ count: Int) -> [RoutedStep] {
    precondition(count > 0, "A step has at least one micro-batch.")
    guard count > 1 else { return [self] }
    return (0..<count).map { part in
      RoutedStep(index: index, layers: layers.map { $0.microBatch(part, of: count) })
    }
  }
}

extension RoutedLayer {
  fileprivate func microBatch(_ part: Int, of count: Int) -> RoutedLayer {
    let own = tokens.map { Int32(Self.members(below: Int($0), part, of: count)) }
    guard let choices else {
      return RoutedLayer(
        layer: layer, experts: experts, topK: topK, tokens: own, copies: dealt(part, of: count))
    }
    var chosen: [UInt16] = []
    var counted = [Int32](repeating: 0, count: copies.count)
    var first = 0
    for source in tokens.indices {
      for token in stride(from: part, to: Int(tokens[source]), by: count) {
        let start = (first + token) * topK
        for expert in choices.experts[start..<(start + topK)] {
          chosen.append(expert)
          counted[source * experts + Int(expert)] += 1
        }
      }
      first += Int(tokens[source])
    }
    return RoutedLayer(
      layer: layer, experts: experts, topK: topK, tokens: own, copies: counted,
      choices: TokenChoices(experts: chosen, topK: topK))
  }

  /// Copies dealt to a rank's tokens in turn, those of one micro-batch counted.
  private func dealt(_ part: Int, of count: Int) -> [Int32] {
    var result = copies
    for source in tokens.indices {
      let ring = Int(tokens[source])
      var dealt = 0
      for expert in 0..<experts {
        let index = source * experts + expert
        let end = dealt + Int(copies[index])
        result[index] = Int32(
          Self.dealt(below: end, ring: ring, part, of: count)
            - Self.dealt(below: dealt, ring: ring, part, of: count))
        dealt = end
      }
    }
    return result
  }

  /// How many of the first `end` copies, dealt around a ring of tokens, go to one micro-batch.
  private static func dealt(below end: Int, ring: Int, _ part: Int, of count: Int) -> Int {
    guard ring > 0 else { return 0 }
    return end / ring * members(below: ring, part, of: count)
      + members(below: end % ring, part, of: count)
  }

  /// How many of the tokens `0 ..< end` belong to one micro-batch.
  private static func members(below end: Int, _ part: Int, of count: Int) -> Int {
    end > part ? (end - part - 1) / count + 1 : 0
  }
}
