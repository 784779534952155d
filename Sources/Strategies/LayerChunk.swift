import Domain
import Plan

/// A part of a layer's rows that is exchanged and computed in one go.
///
/// With one chunk it is the whole layer. With several, each table is cut into nearly equal parts, so
/// that the experts of one part run while the rows of the next travel.
struct LayerChunk {
  /// Rows that each rank of the group sends: its copies without those dropped, and padding.
  let sentRows: [Int]
  /// Rows that each rank of the group computes, padding included.
  let computedRows: [Int]
  /// Rows of the largest expert on each rank of the group.
  let largestRows: [Int]
  /// The experts' work on each rank of the group.
  let expertWork: [Work]
  let traffic: LayerTraffic

  /// Part `number` of `count` of a layer that travels by `traffic`.
  init(
    _ dispatch: CopyDispatch, traffic table: ExchangeTable, _ number: Int, of count: Int,
    builder: inout PlanBuilder
  ) {
    let part = Part(number: number, count: count)
    sentRows = (0..<dispatch.ranks).map { source in
      let row = (source * dispatch.ranks)..<((source + 1) * dispatch.ranks)
      return row.reduce(0) { $0 + part.of(dispatch.copies[$1], at: $1) }
    }
    var computed: [Int] = []
    var largest: [Int] = []
    var work: [Work] = []
    for member in 0..<dispatch.ranks {
      let first = member * dispatch.experts
      let rows = (0..<dispatch.experts).compactMap { expert -> ExpertRows? in
        let rows = part.of(dispatch.rows[first + expert], at: first + expert)
        return rows > 0 ? ExpertRows(expert: Int32(expert), rows: Int32(rows)) : nil
      }
      computed.append(rows.reduce(0) { $0 + Int($1.rows) })
      largest.append(rows.reduce(0) { max($0, Int($1.rows)) })
      work.append(builder.expertWork(rows))
    }
    (computedRows, largestRows, expertWork) = (computed, largest, work)
    var own = table
    if count > 1 {
      for index in own.amounts.indices {
        own.amounts[index] = Float(part.of(Int(own.amounts[index].rounded()), at: index))
      }
    }
    traffic = LayerTraffic(own, builder: &builder)
  }

  /// How whole numbers are cut: each place rounds at another part, so that small numbers spread over
  /// the parts instead of gathering in one.
  private struct Part {
    let number: Int
    let count: Int

    func of(_ amount: Int, at place: Int) -> Int {
      guard count > 1 else { return amount }
      let shift = place % count
      return (amount * (number + 1) + shift) / count - (amount * number + shift) / count
    }
  }
}
