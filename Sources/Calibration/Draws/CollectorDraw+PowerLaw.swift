private import RealModule

extension DrawRequest {
  func powerLawDraw(exponent: Double, _ stream: inout SplitMix) -> RankDraw {
    var counts = scaledCounts(exponent: exponent, &stream)
    switch remainder {
    case .smallestFirst: settleSmallestFirst(&counts)
    case .roundRobin: settleRoundRobin(&counts)
    }
    if let slots = balancedSlots {
      counts = ReplicatedDraw.slots(counts, slots: slots, ranks: ranks)
    }
    let local = counts.count / ranks
    let heaviest = balancedSlots == nil ? heaviestGroup(counts, size: local) : 0
    let own = heaviest * local..<(heaviest + 1) * local
    if routesWithinGroups {
      counts.swapAt(range: own, with: 0..<local)
      let dealt = dealtChoices(counts)
      return GroupRouting(experts: experts, topK: topK).draw(
        tokens: tokens, local: 0..<local
      ) { token in (0..<topK).map { dealt[token + $0 * tokens] } }
    }
    return RankDraw(
      rowsPerExpert: counts[own].map { Int32(clamping: $0) },
      reachingTokens: reaching(counts, own: own))
  }

  /// x = ((b^(1−a) − 1)·u·… )^(1/(1−a)) on 1 … 0.8 T, or 0.01 … 2 when there are no more copies than
  /// experts, scaled to the number of copies and rounded half to even.
  private func scaledCounts(exponent: Double, _ stream: inout SplitMix) -> [Int] {
    let copies = Double(tokens * topK)
    let (low, high) = tokens * topK > experts ? (1, 0.8 * Double(tokens)) : (0.01, 2)
    let shape = 1 - exponent
    let raw = (0..<experts).map { _ -> Double in
      let u = stream.uniform()
      guard abs(shape) > 1e-9 else { return low * Double.pow(high / low, u) }
      let a = Double.pow(low, shape)
      let b = Double.pow(high, shape)
      return Double.pow((b - a) * u + a, 1 / shape)
    }
    let total = raw.reduce(0, +)
    return raw.map { Int(($0 / total * copies).rounded(.toNearestOrEven)) }
  }

  /// Expert indices from the smallest count, equal counts from the last index.
  private func ascending(_ counts: [Int]) -> [Int] {
    counts.indices.sorted { counts[$0] != counts[$1] ? counts[$0] < counts[$1] : $0 > $1 }
  }

  private func settleSmallestFirst(_ counts: inout [Int]) {
    var overflow = counts.reduce(0) { $0 + max(0, $1 - tokens) }
    let order = ascending(counts.map { min($0, tokens) })
    for index in counts.indices { counts[index] = min(counts[index], tokens) }
    for expert in order where overflow > 0 {
      let taken = min(overflow, tokens - counts[expert])
      counts[expert] += taken
      overflow -= taken
    }
    var missing = tokens * topK - counts.reduce(0, +)
    let again = ascending(counts)
    var position = 0
    while missing > 0, position < experts * (tokens + 1) {
      let expert = again[position % experts]
      if counts[expert] < tokens {
        counts[expert] += 1
        missing -= 1
      }
      position += 1
    }
    while missing < 0 {
      let expert = again[position % experts]
      let target = counts[expert] > 0 ? expert : largest(counts)
      counts[target] -= 1
      missing += 1
      position += 1
    }
  }

  private func largest(_ counts: [Int]) -> Int {
    counts.indices.max { counts[$0] < counts[$1] } ?? 0
  }

  private func settleRoundRobin(_ counts: inout [Int]) {
    for index in counts.indices { counts[index] = min(counts[index], tokens) }
    var missing = tokens * topK - counts.reduce(0, +)
    let local = experts / ranks
    var moved = true
    while missing != 0, moved {
      moved = false
      for rank in 0..<ranks where missing != 0 {
        let own = rank * local..<(rank + 1) * local
        let chosen =
          missing > 0
          ? own.min { counts[$0] < counts[$1] } : own.max { counts[$0] < counts[$1] }
        guard let expert = chosen, missing > 0 ? counts[expert] < tokens : counts[expert] > 0
        else { continue }
        counts[expert] += missing.signum()
        missing -= missing.signum()
        moved = true
      }
    }
  }

  private func heaviestGroup(_ counts: [Int], size: Int) -> Int {
    let sums = (0..<ranks).map { counts[$0 * size..<($0 + 1) * size].reduce(0, +) }
    return sums.indices.max { sums[$0] < sums[$1] || (sums[$0] == sums[$1] && $0 > $1) } ?? 0
  }

  /// The expert of every copy, experts in falling order of count; copy p belongs to token p mod T.
  private func dealtChoices(_ counts: [Int]) -> [Int] {
    fallingOrder(counts).flatMap { [Int](repeating: $0, count: counts[$0]) }
  }

  private func fallingOrder(_ counts: [Int]) -> [Int] {
    counts.indices.sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
  }

  /// Tokens with an expert in `own` when copies are dealt to tokens column by column, experts in
  /// falling order of count: expert e's copies go to consecutive tokens, wrapping round.
  private func reaching(_ counts: [Int], own: Range<Int>) -> Int {
    let order = fallingOrder(counts)
    var hit = [Bool](repeating: false, count: tokens)
    var position = 0
    for expert in order {
      if own.contains(expert) {
        for copy in 0..<min(counts[expert], tokens) { hit[(position + copy) % tokens] = true }
      }
      position += counts[expert]
    }
    return hit.count { $0 }
  }
}

extension [Int] {
  /// Exchanges two equally long ranges that do not overlap, or are the same.
  fileprivate mutating func swapAt(range first: Range<Int>, with second: Range<Int>) {
    guard first != second else { return }
    for (left, right) in zip(first, second) { swapAt(left, right) }
  }
}
