/// Recorded loads as the table that a scenario's `routing: { trace: … }` reads.
public enum LoadTableText {
  /// `workload,layer,total,e0,…`, or with a column `window` in time order where records have steps.
  ///
  /// - Throws: ``FormatFault`` for records with other experts, or with steps beside records without.
  /// - Complexity: O(counts).
  public static func write(_ records: [RecordedLoads]) throws(FormatFault) -> String {
    guard let first = records.first else { return "" }
    try check(records, against: first)
    let names = distinctNames(records)
    let hasSteps = first.steps != nil
    var text = hasSteps ? "workload,window,layer,total" : "workload,layer,total"
    for expert in 0..<first.experts { text += ",e\(expert)" }
    text += "\n"
    for (record, name) in zip(records, names) {
      for (index, rows) in record.counts.enumerated() {
        let prefix = record.steps.map { "\(name),\($0[index])" } ?? name
        for (layer, counts) in zip(record.layers, rows) {
          text += "\(prefix),\(layer),\(counts.reduce(0, +))"
          for count in counts { text += ",\(count)" }
          text += "\n"
        }
      }
    }
    return text
  }

  private static func check(
    _ records: [RecordedLoads], against first: RecordedLoads
  ) throws(FormatFault) {
    for record in records {
      guard record.experts == first.experts else {
        throw FormatFault(
          .cannotHold, file: record.workload,
          "this record has \(record.experts) experts and the first one \(first.experts)",
          fix: "import records of one model together")
      }
      guard (record.steps == nil) == (first.steps == nil) else {
        throw FormatFault(
          .cannotHold, file: record.workload,
          "of this record and the first one, only one has steps", fix: "import them apart")
      }
    }
  }

  /// The workloads' names, numbered where two are the same.
  private static func distinctNames(_ records: [RecordedLoads]) -> [String] {
    var names: [String] = []
    for record in records {
      var name = record.workload
      var number = 2
      while names.contains(name) {
        name = "\(record.workload)-\(number)"
        number += 1
      }
      names.append(name)
    }
    return names
  }
}
