internal import Statistics

/// A multinomial draw of token copies in which no expert gets more copies than there are tokens.
struct CappedDraw: Sendable {
  private let shares: [Double]
  private let law: CategoricalLaw?
  private let topK: Int

  /// - Parameter shares: each expert's share of the copies; they are levelled first, see
  ///   ``level(_:topK:)``.
  init(shares: [Double], topK: Int) {
    self.shares = Self.level(shares, topK: topK)
    self.topK = topK
    law = try? CategoricalLaw(weights: self.shares)
  }

  /// Writes the copies of `tokens` tokens to the row of `copies` that begins at `offset`.
  ///
  /// The row sums to `tokens` × *k* exactly.
  func draw(
    tokens: Int, with stream: inout RandomStream, into copies: inout [Int32], at offset: Int
  ) {
    guard let law, tokens > 0 else { return }
    stream.multinomial(count: tokens * topK, law: law, into: &copies, at: offset)
    var excess = clip(to: tokens, in: &copies, at: offset)
    while excess > 0 {
      redraw(excess, tokens: tokens, with: &stream, into: &copies, at: offset)
      excess = clip(to: tokens, in: &copies, at: offset)
    }
  }

  /// Cuts counts down to `limit`; what was cut off in all.
  private func clip(to limit: Int, in copies: inout [Int32], at offset: Int) -> Int {
    let limit = Int32(limit)
    var excess = 0
    copies.withUnsafeMutableBufferPointer { copies in
      for index in offset..<(offset + shares.count) where copies[index] > limit {
        excess += Int(copies[index] - limit)
        copies[index] = limit
      }
    }
    return excess
  }

  /// Gives `excess` copies to experts that are not full, by their shares; by room left where none
  /// of those has a share.
  private func redraw(
    _ excess: Int, tokens: Int, with stream: inout RandomStream, into copies: inout [Int32],
    at offset: Int
  ) {
    let room = shares.indices.map { Double(tokens - Int(copies[offset + $0])) }
    let open = zip(shares, room).map { $1 > 0 ? $0 : 0 }
    let weights = open.contains { $0 > 0 } ? open : room
    guard let law = try? CategoricalLaw(weights: weights) else { return }
    var added = [Int32](repeating: 0, count: shares.count)
    stream.multinomial(count: excess, law: law, into: &added)
    for index in added.indices { copies[offset + index] += added[index] }
  }

  /// What happens to a share above 1/*k*.
  enum Excess {
    /// It goes to the other experts in proportion to their shares.
    case inProportion
    /// It goes to the other experts evenly.
    case evenly
  }

  /// `shares` scaled to sum to one, with none above 1/*k*, since a token can use an expert only
  /// once.
  ///
  /// Where fewer than *k* experts have a share, the rest of the load goes to the others evenly.
  static func level(
    _ shares: [Double], topK: Int, excess: Excess = .inProportion
  ) -> [Double] {
    let limit = 1 / Double(topK)
    let total = shares.reduce(0, +)
    var result = total > 0 ? shares.map { $0 / total } : shares
    var open = Array(result.indices)
    while !open.isEmpty {
      let left = 1 - Double(result.count - open.count) * limit
      let sum = open.reduce(0) { $0 + result[$1] }
      let isScaled = excess == .inProportion && sum > 0
      for index in open {
        result[index] =
          isScaled ? result[index] / sum * left : result[index] + (left - sum) / Double(open.count)
      }
      let full = open.filter { result[$0] > limit }
      if full.isEmpty { break }
      for index in full { result[index] = limit }
      open.removeAll { result[$0] >= limit }
    }
    return result
  }
}
