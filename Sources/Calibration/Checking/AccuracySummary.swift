/// One line for a terminal.
public enum AccuracySummary {
  /// Rows and errors of a table, fitted and held out apart where known.
  public static func line(_ check: TableCheck) -> String {
    func pair(_ figures: ErrorFigures?) -> String {
      guard let figures else { return "–" }
      return AccuracyReport.percent(figures.medianRelativeError) + " / "
        + AccuracyReport.percent(figures.p90RelativeError)
    }
    return "\(check.rows) rows, \(check.skipped) refused; median / p90: all "
      + AccuracyReport.percent(check.medianRelativeError) + " / "
      + AccuracyReport.percent(check.p90RelativeError)
      + ", fitted \(pair(check.fitted)), held out \(pair(check.heldOut))"
  }
}
