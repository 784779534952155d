/// How often a token that used one expert in a layer used another in a later layer.
public struct TransitionTable: Hashable, Sendable {
  /// The counts between two layers.
  public struct Pair: Hashable, Sendable {
    public let from: Int
    public let to: Int
    /// Counts, `[experts × experts]`: row the expert in `from`, column the expert in `to`.
    public var counts: [Double]
  }

  /// The file as it was named.
  public let file: String
  public let experts: Int
  /// In the order of the file.
  public let pairs: [Pair]

  /// Reads a transition table: `layer_from`, `layer_to`, `expert_from`, `to0`, `to1`, …
  ///
  /// - Parameter domain: the rows to use where the table has a column `domain` (or `workload`);
  ///   all rows are added up where it is absent.
  /// - Throws: ``RoutingError`` with file, line and column.
  /// - Complexity: O(bytes).
  public init(path: String, folder: String = ".", domain: String? = nil) throws(RoutingError) {
    try self.init(FileBytes(path: path, folder: folder), domain: domain)
  }

  /// Reads a table from its text; `name` stands for the file in errors.
  public init(bytes: [UInt8], name: String, domain: String? = nil) throws(RoutingError) {
    try self.init(FileBytes(name: name, bytes: bytes), domain: domain)
  }

  init(_ source: FileBytes, domain: String?) throws(RoutingError) {
    var reader = TransitionReader(file: source.name, wanted: domain)
    try source.readTable(expertPrefix: "to") { header throws(RoutingError) in
      try reader.start(header)
    } row: { row, header throws(RoutingError) in
      try reader.read(row, header)
    }
    guard !reader.pairs.isEmpty else {
      let names = LoadTable.distinct(reader.seen).joined(separator: ", ")
      throw RoutingError(
        .unknownSelection, file: source.name, "there is no domain '\(domain ?? "")' in the table",
        fix: "choose one of \(names)")
    }
    file = source.name
    experts = reader.experts
    pairs = reader.pairs
  }

  /// The counts from layer `from` to the next one that the table has.
  public func next(after from: Int) -> Pair? { pairs.first { $0.from == from } }
}

/// Collects the counts of a transition table row by row.
private struct TransitionReader {
  let file: String
  let wanted: String?
  var pairs: [TransitionTable.Pair] = []
  var experts = 0
  /// Keys of the rows, wanted or not.
  var seen: [String] = []
  private var from = 0
  private var to = 0
  private var expert = 0
  private var key: Int?
  private var current = 0

  init(file: String, wanted: String?) {
    self.file = file
    self.wanted = wanted
  }

  mutating func start(_ header: TableHeader) throws(RoutingError) {
    from = try header.require("layer_from", for: "transitionTable")
    to = try header.require("layer_to", for: "transitionTable")
    expert = try header.require("expert_from", for: "transitionTable")
    key = header.index(of: "domain") ?? header.index(of: "workload")
    experts = header.experts.count
    if wanted != nil && key == nil {
      throw RoutingError(
        .unknownSelection, file: file, "the table has no column 'domain' to choose by",
        fix: "leave the domain out")
    }
  }

  mutating func read(_ row: CSVRows, _ header: TableHeader) throws(RoutingError) {
    let name = key.map { row.text(row.fields[$0]) } ?? ""
    if seen.last != name { seen.append(name) }
    guard wanted == nil || wanted == name else { return }
    let source = try row.count(expert, header, file: file)
    guard source < experts else {
      throw RoutingError(
        .badValue, file: file, line: row.line, column: row.column(of: row.fields[expert]),
        "expert_from \(source) is beyond the \(experts) experts of the header",
        fix: "give one column 'to…' for each expert")
    }
    try selectPair(row, header)
    for (target, column) in header.experts.enumerated() {
      let count = try row.count(column, header, file: file)
      pairs[current].counts[source * experts + target] += Double(count)
    }
  }

  /// Makes the row's pair of layers the current one.
  private mutating func selectPair(_ row: CSVRows, _ header: TableHeader) throws(RoutingError) {
    let first = try row.count(from, header, file: file)
    let second = try row.count(to, header, file: file)
    if pairs.indices.contains(current), pairs[current].from == first, pairs[current].to == second {
      return
    }
    if let known = pairs.firstIndex(where: { $0.from == first && $0.to == second }) {
      current = known
      return
    }
    current = pairs.count
    let counts = [Double](repeating: 0, count: experts * experts)
    pairs.append(TransitionTable.Pair(from: first, to: second, counts: counts))
  }
}
