/// Token copies that each expert of each layer received, as a serving or training run counted them.
///
/// The rows may belong to several workloads or domains, and to windows in time.
public struct LoadTable: Hashable, Sendable {
  /// One layer's counts.
  public struct Row: Hashable, Sendable {
    /// The workload or domain; empty where the table has neither.
    public let key: String
    /// The window's number as written; absent where the table is not in time order.
    public let window: Int?
    public let layer: Int
    /// Copies by expert.
    public let counts: [Int]
    /// The row's line in the file.
    public let line: Int
  }

  /// The file as it was named.
  public let file: String
  /// The column that tells rows apart, `workload` or `domain`.
  public let keyColumn: String?
  public let experts: Int
  /// In the order of the file.
  public let rows: [Row]
  /// Rows whose `total` is not the sum of their counts, as sentences.
  public let warnings: [String]

  /// The different keys, in the order of the file.
  public var keys: [String] { Self.distinct(rows.map(\.key)) }

  /// Whether rows come in windows of time.
  public var isWindowed: Bool { rows.first?.window != nil }

  /// `values` without repetitions, in order of first appearance.
  static func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }

  /// Reads a load table, or a table of windows (one with a column `window`).
  ///
  /// Columns: `layer`; `total`, unless there is `window`; `e0`, `e1`, … without gaps; at choice
  /// `workload` or `domain`. Others are left alone.
  ///
  /// - Throws: ``RoutingError`` with file, line and column.
  /// - Complexity: O(bytes).
  public init(path: String, folder: String = ".") throws(RoutingError) {
    try self.init(FileBytes(path: path, folder: folder))
  }

  /// Reads a table from its text; `name` stands for the file in errors.
  public init(bytes: [UInt8], name: String) throws(RoutingError) {
    try self.init(FileBytes(name: name, bytes: bytes))
  }

  init(_ source: FileBytes) throws(RoutingError) {
    var columns: Columns?
    var keyColumn: String?
    var rows: [Row] = []
    var mismatches: [Int] = []
    try source.readTable(expertPrefix: "e") { header throws(RoutingError) in
      columns = try Columns(header)
      keyColumn = ["workload", "domain"].first { header.index(of: $0) != nil }
    } row: { fields, header throws(RoutingError) in
      guard let columns else { return }
      let (row, total) = try columns.read(fields, header, file: source.name)
      if let total, total != row.counts.reduce(0, &+) { mismatches.append(row.line) }
      rows.append(row)
    }
    file = source.name
    self.keyColumn = keyColumn
    self.rows = rows
    experts = rows.first?.counts.count ?? 0
    warnings = Self.warning(about: mismatches, in: source.name)
  }

  private static func warning(about lines: [Int], in file: String) -> [String] {
    guard let first = lines.first else { return [] }
    return [
      "\(file): in \(lines.count) row\(lines.count == 1 ? "" : "s"), first in line \(first), 'total'"
        + " is not the sum of the counts; the counts are used"
    ]
  }
}

/// Where a load table's columns stand.
private struct Columns {
  let key: Int?
  let window: Int?
  let layer: Int
  let total: Int?
  let experts: [Int]

  init(_ header: TableHeader) throws(RoutingError) {
    window = header.index(of: "window")
    let format = window == nil ? "loadTable" : "window table"
    layer = try header.require("layer", for: format)
    total =
      window == nil ? try header.require("total", for: format) : header.index(of: "total")
    key = header.index(of: "workload") ?? header.index(of: "domain")
    experts = header.experts
  }

  func read(
    _ row: CSVRows, _ header: TableHeader, file: String
  ) throws(RoutingError) -> (LoadTable.Row, total: Int?) {
    let layer = try row.count(layer, header, file: file)
    var window: Int?
    if let column = self.window { window = try row.count(column, header, file: file) }
    var total: Int?
    if let column = self.total { total = try row.count(column, header, file: file) }
    var counts: [Int] = []
    counts.reserveCapacity(experts.count)
    for column in experts { counts.append(try row.count(column, header, file: file)) }
    let result = LoadTable.Row(
      key: key.map { row.text(row.fields[$0]) } ?? "", window: window, layer: layer,
      counts: counts, line: row.line)
    return (result, total)
  }
}
