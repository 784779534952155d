package import Plan

/// Evens out what ranks send each other, keeping how much travels inside nodes, along rails and
/// across them: that is the topology's doing and no skew.
///
/// A table is seen as its margins (how much every rank sends and receives: the imbalance of tokens)
/// times its structure (who talks to whom beyond that: the skew of communication). Either can be
/// evened without touching the other.
package struct EvenTable {
  private let ranksPerNode: Int

  package init(ranksPerNode: Int) { self.ranksPerNode = ranksPerNode }

  private enum Part: Int, CaseIterable { case own, node, rail, other }

  /// The table with even margins, even structure, or both.
  ///
  /// - Complexity: O(ranks²), some ten passes.
  package func evened(_ table: ExchangeTable, margins: Bool, structure: Bool) -> ExchangeTable {
    guard margins || structure, table.ranks > 1 else { return table }
    let even = flat(table)
    if margins && structure { return even }
    return margins
      ? fitted(table, rows: Self.rows(even), columns: Self.columns(even))
      : fitted(even, rows: Self.rows(table), columns: Self.columns(table))
  }

  /// The mean of each part of the table everywhere in that part; what a rank keeps stays.
  private func flat(_ table: ExchangeTable) -> ExchangeTable {
    var sums = [Double](repeating: 0, count: Part.allCases.count)
    var counts = sums
    forEachPair(table.ranks) { source, destination, part in
      sums[part.rawValue] += Double(table[source, destination])
      counts[part.rawValue] += 1
    }
    var result = table
    forEachPair(table.ranks) { source, destination, part in
      guard part != .own else { return }
      result[source, destination] = Float(sums[part.rawValue] / counts[part.rawValue])
    }
    return result
  }

  /// `table` scaled by rows and columns in turn until its margins are those given: iterative
  /// proportional fitting, which keeps all ratios of ratios.
  private func fitted(_ table: ExchangeTable, rows: [Double], columns: [Double]) -> ExchangeTable {
    var result = table
    for _ in 0..<5 {
      let sent = zip(rows, Self.rows(result)).map { $1 > 0 ? $0 / $1 : 1 }
      scale(&result) { source, _ in sent[source] }
      let received = zip(columns, Self.columns(result)).map { $1 > 0 ? $0 / $1 : 1 }
      scale(&result) { _, destination in received[destination] }
    }
    return result
  }

  private func scale(_ table: inout ExchangeTable, by factor: (Int, Int) -> Double) {
    for source in 0..<table.ranks {
      for destination in 0..<table.ranks where source != destination {
        table[source, destination] *= Float(factor(source, destination))
      }
    }
  }

  private func forEachPair(_ ranks: Int, _ body: (Int, Int, Part) -> Void) {
    for source in 0..<ranks {
      for destination in 0..<ranks { body(source, destination, part(source, destination)) }
    }
  }

  private func part(_ source: Int, _ destination: Int) -> Part {
    if source == destination { return .own }
    if source / ranksPerNode == destination / ranksPerNode { return .node }
    return source % ranksPerNode == destination % ranksPerNode ? .rail : .other
  }

  private static func rows(_ table: ExchangeTable) -> [Double] {
    (0..<table.ranks).map { source in
      (0..<table.ranks).reduce(0) { $0 + ($1 == source ? 0 : Double(table[source, $1])) }
    }
  }

  private static func columns(_ table: ExchangeTable) -> [Double] {
    (0..<table.ranks).map { destination in
      (0..<table.ranks).reduce(0) { $0 + ($1 == destination ? 0 : Double(table[$1, destination])) }
    }
  }
}
