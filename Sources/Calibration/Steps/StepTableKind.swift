/// The kinds of tables about whole steps, recognised by their columns.
public enum StepTableKind: Hashable, Sendable {
  case serving, training, trace

  /// The kind of `table`; what fits nothing is taken for a serving table, whose reader says what it
  /// lacks.
  public init(of table: CSVTable) {
    if table.has(TrainingTable.columns) {
      self = .training
    } else if table.has(KernelTrace.columns) {
      self = .trace
    } else {
      self = .serving
    }
  }
}
