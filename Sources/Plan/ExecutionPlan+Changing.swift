/// The same operations with other sizes, for asking what a step would have taken had something been
/// different. Who waits for whom never changes.
extension ExecutionPlan {
  /// Gives `operation` other work.
  package mutating func setWork(_ work: Work, of operation: OperationID) {
    operations[operation.index].work = work
  }

  /// Gives an experts' operation other rows.
  package mutating func setExpertRows(_ rows: [ExpertRows], of operation: OperationID) {
    let first = expertRows.count
    expertRows.append(contentsOf: rows)
    operations[operation.index].work = .experts(first: Int32(first), count: Int32(rows.count))
  }

  /// Lets exchange `index` move something else between the same ranks.
  package mutating func setPayload(_ payload: Exchange.Payload, ofExchange index: Int) {
    exchanges[index].payload = payload
  }

  /// Replaces table `index`.
  ///
  /// - Precondition: both tables have as many ranks.
  package mutating func setMatrix(_ table: ExchangeTable, at index: Int) {
    precondition(matrices[index].ranks == table.ranks, "a table keeps its ranks")
    matrices[index] = table
  }
}
