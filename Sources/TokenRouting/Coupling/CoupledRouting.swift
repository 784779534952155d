internal import Domain
internal import Statistics

/// Draws tokens one by one from the experts' popularity, with choices that hang together.
///
/// Every slot of a token has a place between 0 and 1, and an expert is what stands at that place when
/// the experts of a layer are laid side by side, each as wide as its share. A place that is kept from
/// the layer before makes affinity, one kept from the token before makes locality, and places drawn
/// within one stretch of neighbours make co-activation. A kept place is still evenly distributed, so
/// affinity and locality leave popularity what it was; a block shares its tokens among its experts.
struct CoupledRouting: RoutingGenerator {
  let context: RoutingContext
  let law: any PopularityLaw
  let coupling: TokenCoupling
  /// The order in which the experts of each layer are laid side by side.
  private let orders: [[Int]]

  var warnings: [String] { law.warnings }

  init(context: RoutingContext, law: any PopularityLaw, coupling: TokenCoupling) {
    self.context = context
    self.law = law
    self.coupling = coupling
    orders = context.model.layers.map { number in
      var order = Array(0..<context.model.experts)
      var stream = RandomStream(seed: PopularitySeed.standard, purpose: "coupling order", number)
      stream.shuffle(&order)
      return order
    }
  }

  func layer(at position: Int, step: Int) -> RoutedLayer {
    draw(layers: position + 1, step: step)[position]
  }

  func layers(step: Int) -> [RoutedLayer]? {
    draw(layers: context.model.layers.count, step: step)
  }

  /// Follows every token through the first `count` layers; a rank has a stream of its own for every
  /// layer, so that a layer does not depend on how many follow.
  private func draw(layers count: Int, step: Int) -> [RoutedLayer] {
    let model = context.model
    let tokens = context.workload.tokensPerRank
    var copies = [[Int32]](
      repeating: [Int32](repeating: 0, count: context.ranks * model.experts), count: count)
    var chosen = [[UInt16]](repeating: [], count: count)
    for index in chosen.indices {
      chosen[index].reserveCapacity(context.copiesPerRank * context.ranks)
    }
    let rows = (0..<count).map { position -> (Popularity, [SideBySide]) in
      let popularity = law.popularity(at: position, step: step)
      return (
        popularity,
        popularity.shares.map {
          SideBySide(
            shares: CappedDraw.level($0, topK: model.topK), order: orders[position],
            blockSize: coupling.blockSize)
        }
      )
    }
    for rank in 0..<context.ranks {
      var places: [Double] = []
      for position in 0..<count {
        var stream = RandomStream(
          seed: context.seed, purpose: "coupled routing", step, model.layers[position], rank)
        let (popularity, ranges) = rows[position]
        let range = ranges[popularity.populationOfRank?[rank] ?? 0]
        places = movePlaces(places, tokens: tokens, &stream)
        var used: [Int] = []
        for token in 0..<tokens {
          let first = token * model.topK
          range.choose(
            Array(places[first..<(first + model.topK)]), coupling: coupling, &stream, into: &used)
          for expert in used {
            copies[position][rank * model.experts + expert] += 1
            chosen[position].append(UInt16(truncatingIfNeeded: expert))
          }
        }
      }
    }
    return (0..<count).map { position in
      RoutedLayer(
        layer: model.layers[position], experts: model.experts, topK: model.topK,
        tokens: [Int32](repeating: Int32(tokens), count: context.ranks),
        copies: copies[position],
        choices: TokenChoices(experts: chosen[position], topK: model.topK))
    }
  }

  /// The places of all slots in the next layer: some stay, the others are new, or the token before's.
  private func movePlaces(
    _ places: [Double], tokens: Int, _ stream: inout RandomStream
  ) -> [Double] {
    var result: [Double] = []
    let slots = context.model.topK
    result.reserveCapacity(tokens * slots)
    for index in 0..<(tokens * slots) {
      if !places.isEmpty, coupling.affinity > 0, stream.uniform() < coupling.affinity {
        result.append(places[index])
      } else if index >= slots, coupling.persistence > 0,
        stream.uniform() < coupling.persistence
      {
        result.append(result[index - slots])
      } else {
        result.append(stream.uniform())
      }
    }
    return result
  }
}

/// The experts of a layer side by side, each as wide as its share.
private struct SideBySide {
  private let order: [Int]
  /// Where each expert of ``order`` ends.
  private let ends: [Double]
  private let blockSize: Int

  init(shares: [Double], order: [Int], blockSize: Int) {
    self.order = order
    self.blockSize = blockSize
    var sum = 0.0
    ends = order.map { expert in
      sum += shares[expert]
      return sum
    }
  }

  /// Writes the different experts at `places` to `used`.
  func choose(
    _ places: [Double], coupling: TokenCoupling, _ stream: inout RandomStream,
    into used: inout [Int]
  ) {
    used.removeAll(keepingCapacity: true)
    let inBlock = coupling.coactivation > 0 && stream.uniform() < coupling.coactivation
    let block = inBlock ? blockRange(at: places[0]) : 0..<order.count
    for (slot, place) in places.enumerated() {
      let inside = inBlock && slot > 0 ? scaled(place, to: block) : place
      used.append(free(at: inside, in: slot < block.count ? block : 0..<order.count, used, &stream))
    }
  }

  /// The block of the expert at `place`.
  private func blockRange(at place: Double) -> Range<Int> {
    let first = index(at: place) / blockSize * blockSize
    return first..<min(first + blockSize, order.count)
  }

  /// `place` moved into the stretch of `range`.
  private func scaled(_ place: Double, to range: Range<Int>) -> Double {
    let start = range.lowerBound == 0 ? 0 : ends[range.lowerBound - 1]
    return start + place * (ends[range.upperBound - 1] - start)
  }

  /// The expert at `place`, or another of `range`, then of all, where the token uses it already.
  private func free(
    at place: Double, in range: Range<Int>, _ used: [Int], _ stream: inout RandomStream
  ) -> Int {
    let expert = order[index(at: place)]
    if !used.contains(expert) { return expert }
    for _ in 0..<8 {
      let other = order[index(at: scaled(stream.uniform(), to: range))]
      if !used.contains(other) { return other }
    }
    if range.count < order.count, let other = order[range].first(where: { !used.contains($0) }) {
      return other
    }
    for _ in 0..<64 {
      let other = order[index(at: stream.uniform())]
      if !used.contains(other) { return other }
    }
    return order.first { !used.contains($0) } ?? 0
  }

  /// The first expert of ``order`` that ends beyond `place`.
  private func index(at place: Double) -> Int {
    let wanted = place * (ends.last ?? 1)
    var (low, high) = (0, ends.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
