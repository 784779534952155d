/// The tables that routing can be read from.
public enum RoutingFileFormat: String, Hashable, Sendable, CaseIterable {
  /// One row a workload or domain and layer: counts by expert.
  case loadTable
  /// A load table in windows of time.
  case windowTable
  /// One row a token: its experts in every layer.
  case tokenTable
  /// Counts from the experts of one layer to those of another.
  case transitionTable

  /// Recognises a file by its header.
  ///
  /// - Throws: ``RoutingError`` where the header is of no known table, or there is none.
  public init(path: String, folder: String = ".") throws(RoutingError) {
    try self.init(of: FileBytes(path: path, folder: folder))
  }

  init(of source: FileBytes) throws(RoutingError) {
    let names = source.bytes.withUnsafeBufferPointer { buffer -> [String] in
      var rows = CSVRows(buffer)
      return rows.next() ? rows.fields.map { rows.text($0) } : []
    }
    guard !names.isEmpty else {
      throw RoutingError(
        .empty, file: source.name, "the file is empty",
        fix: "write the table again; it may be cut off")
    }
    if names.contains("experts_hex") {
      self = .tokenTable
    } else if names.contains("expert_from") {
      self = .transitionTable
    } else if names.contains("window") {
      self = .windowTable
    } else if names.contains("layer") || names.contains("e0") {
      self = .loadTable
    } else {
      throw RoutingError(
        .badHeader, file: source.name, line: 1, "the header is of no known routing table",
        fix: "expected columns as in 'workload,layer,total,e0,e1,…' or 'experts_hex'")
    }
  }
}
