/// The columns of a routing table: named ones, and one numbered column for each expert.
struct TableHeader {
  let names: [String]
  /// Where the columns `e0, e1, …` (or `to0, to1, …`) stand, by expert.
  private(set) var experts: [Int] = []
  private let file: String
  private let line: Int

  /// Reads the current row of `rows` as a header.
  ///
  /// - Parameter expertPrefix: what stands before the number of an expert's column.
  init(_ rows: CSVRows, file: String, expertPrefix: String?) throws(RoutingError) {
    names = rows.fields.map { rows.text($0) }
    self.file = file
    line = rows.line
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw fault("column '\(name)' stands twice", fix: "name every column once")
    }
    if let expertPrefix { experts = try numbered(expertPrefix) }
  }

  /// Where column `name` stands, if it does.
  func index(of name: String) -> Int? { names.firstIndex(of: name) }

  /// Where column `name` stands.
  func require(_ name: String, for format: String) throws(RoutingError) -> Int {
    if let index = index(of: name) { return index }
    throw fault(
      "column '\(name)' is missing", fix: "a \(format) needs it; the header has \(listed)")
  }

  /// The error for a row with another number of fields.
  func ragged(_ rows: CSVRows) -> RoutingError {
    RoutingError(
      .raggedRow, file: file, line: rows.line,
      "the row has \(rows.fields.count) fields where the header has \(names.count)",
      fix: "complete the row; the file may have been cut off")
  }

  /// The expert columns in order of expert, none missing.
  private func numbered(_ prefix: String) throws(RoutingError) -> [Int] {
    var places: [Int: Int] = [:]
    for (index, name) in names.enumerated() where name.hasPrefix(prefix) {
      let digits = name.dropFirst(prefix.count)
      guard digits.allSatisfy(\.isASCII), let expert = Int(digits), expert >= 0 else { continue }
      if places.updateValue(index, forKey: expert) != nil {
        throw fault("expert \(expert) has two columns", fix: "name every column once")
      }
    }
    guard !places.isEmpty else {
      throw fault(
        "there are no columns \(prefix)0, \(prefix)1, …",
        fix: "give one column for each expert; the header has \(listed)")
    }
    var result: [Int] = []
    for expert in 0..<places.count {
      guard let index = places[expert] else {
        throw fault(
          "column '\(prefix)\(expert)' is missing",
          fix: "expert columns run from \(prefix)0 without gaps")
      }
      result.append(index)
    }
    return result
  }

  private var listed: String {
    let shown = names.prefix(8).joined(separator: ", ")
    return names.count > 8 ? shown + ", …" : shown
  }

  private func fault(_ message: String, fix: String) -> RoutingError {
    RoutingError(.badHeader, file: file, line: line, message, fix: fix)
  }
}

extension CSVRows {
  /// The whole number in column `index` of the current row.
  func count(_ index: Int, _ header: TableHeader, file: String) throws(RoutingError) -> Int {
    let field = fields[index]
    do {
      return try wholeNumber(field)
    } catch {
      if case .zeroFraction(let value) = error { return value }
      let shown = field.isEmpty ? "the field" : "'\(text(field).prefix(40))'"
      throw RoutingError(
        .badValue, file: file, line: line, column: column(of: field),
        "\(shown) in column '\(header.names[index])' \(error.description)",
        fix: "write a whole number of at least 0")
    }
  }
}

extension FileBytes {
  /// Reads the header, then hands every row with the right number of fields to `row`.
  ///
  /// - Returns: The header.
  func readTable(
    expertPrefix: String?, header check: (TableHeader) throws(RoutingError) -> Void,
    row: (CSVRows, TableHeader) throws(RoutingError) -> Void
  ) throws(RoutingError) {
    // A typed error cannot cross `withUnsafeBufferPointer` directly in every toolchain; carry it.
    let result: Result<Void, RoutingError> = bytes.withUnsafeBufferPointer { buffer in
      do throws(RoutingError) {
        try read(CSVRows(buffer), expertPrefix, check, row)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  private func read(
    _ start: CSVRows, _ expertPrefix: String?,
    _ check: (TableHeader) throws(RoutingError) -> Void,
    _ row: (CSVRows, TableHeader) throws(RoutingError) -> Void
  ) throws(RoutingError) {
    var rows = start
    guard rows.next() else { throw empty("the file is empty") }
    let header = try TableHeader(rows, file: name, expertPrefix: expertPrefix)
    try check(header)
    var count = 0
    while rows.next() {
      guard rows.fields.count == header.names.count else { throw header.ragged(rows) }
      try row(rows, header)
      count += 1
    }
    if count == 0 { throw empty("the file has a header but no rows") }
  }

  private func empty(_ message: String) -> RoutingError {
    RoutingError(.empty, file: name, message, fix: "write the table again; it may be cut off")
  }
}
