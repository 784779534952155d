/// The experts of single tokens, in the order they were processed.
public struct TokenTable: Hashable, Sendable {
  /// The file as it was named.
  public let file: String
  /// The domain of every token; one shared name where the table has no such column.
  public let domains: [Domain]
  /// Expert numbers that every token has, over all layers.
  public let choicesPerToken: Int
  /// Expert numbers, `[tokens × choicesPerToken]`: layer by layer, *k* for each.
  public let experts: [UInt16]
  /// The line of every token in the file.
  let lines: [Int32]
  /// The sequence of every token, numbered in order of appearance.
  public let sequences: [Int32]

  /// Consecutive tokens of one domain.
  public struct Domain: Hashable, Sendable {
    public let name: String
    public let tokens: Range<Int>
  }

  /// Tokens of the table.
  public var tokens: Int { lines.count }

  /// The different domains, in the order of the file.
  public var names: [String] { LoadTable.distinct(domains.map(\.name)) }

  /// Reads a token table: `experts_hex` of *digits* hexadecimal digits an expert, and at choice
  /// `domain`, `sequence`, `position`.
  ///
  /// - Parameter digits: 2, or 3 for a model of more than 256 experts.
  /// - Throws: ``RoutingError`` with file, line and column.
  /// - Complexity: O(bytes).
  public init(path: String, folder: String = ".", digits: Int = 2) throws(RoutingError) {
    try self.init(FileBytes(path: path, folder: folder), digits: digits)
  }

  /// Reads a table from its text; `name` stands for the file in errors.
  public init(bytes: [UInt8], name: String, digits: Int = 2) throws(RoutingError) {
    try self.init(FileBytes(name: name, bytes: bytes), digits: digits)
  }

  /// A table of tokens that were drawn, of `choicesPerToken` expert numbers each.
  init(file: String, choicesPerToken: Int, experts: [UInt16], sequences: [Int32]) {
    self.file = file
    self.choicesPerToken = choicesPerToken
    self.experts = experts
    self.sequences = sequences
    lines = sequences.indices.map { Int32(truncatingIfNeeded: $0) }
    domains = [Domain(name: "", tokens: sequences.indices)]
  }

  init(_ source: FileBytes, digits: Int) throws(RoutingError) {
    var reader = TokenReader(file: source.name, digits: digits)
    reader.experts.reserveCapacity(source.bytes.count / digits)
    try source.readTable(expertPrefix: nil) { header throws(RoutingError) in
      reader.column = try header.require("experts_hex", for: "tokenTable")
      reader.domain = header.index(of: "domain")
      reader.sequence = header.index(of: "sequence")
    } row: { row, _ throws(RoutingError) in
      try reader.read(row)
    }
    file = source.name
    domains = reader.finishedDomains
    choicesPerToken = reader.width
    experts = reader.experts
    lines = reader.lines
    sequences = reader.sequences
  }

  /// The places of the tokens of one domain, or of all where none is named.
  ///
  /// - Throws: ``RoutingError`` for a name that the table lacks.
  public func places(domain: String?) throws(RoutingError) -> [Range<Int>] {
    guard let domain else { return [0..<tokens] }
    let places = domains.filter { $0.name == domain }.map(\.tokens)
    guard !places.isEmpty else {
      throw RoutingError(
        .unknownSelection, file: file, "there is no domain '\(domain)' in the table",
        fix: "choose one of \(names.joined(separator: ", "))")
    }
    return places
  }
}

/// Collects the tokens of a table row by row.
private struct TokenReader {
  let file: String
  let digits: Int
  var column = 0
  var domain: Int?
  var sequence: Int?
  var experts: [UInt16] = []
  var lines: [Int32] = []
  var sequences: [Int32] = []
  /// Expert numbers of a token, as the first row has them.
  var width = 0
  private var domains: [TokenTable.Domain] = []
  private var currentDomain = ""
  private var domainStart = 0
  private var lastSequence = ""
  private var sequenceCount: Int32 = -1

  init(file: String, digits: Int) {
    self.file = file
    self.digits = digits
  }

  /// The domains, the last one closed.
  var finishedDomains: [TokenTable.Domain] {
    domains + [TokenTable.Domain(name: currentDomain, tokens: domainStart..<lines.count)]
  }

  mutating func read(_ row: CSVRows) throws(RoutingError) {
    let field = row.fields[column]
    try checkLength(field, row)
    var index = field.lowerBound
    while index < field.upperBound {
      var value: UInt16 = 0
      for _ in 0..<digits {
        guard let digit = row.hexDigit(at: index) else { throw badDigit(at: index, row) }
        value = value &<< 4 | UInt16(digit)
        index += 1
      }
      experts.append(value)
    }
    note(row)
    lines.append(Int32(truncatingIfNeeded: row.line))
  }

  private mutating func checkLength(_ field: Range<Int>, _ row: CSVRows) throws(RoutingError) {
    let count = field.count / digits
    guard field.count % digits == 0, count > 0 else {
      throw RoutingError(
        .badValue, file: file, line: row.line, column: row.column(of: field),
        "'experts_hex' has \(field.count) digits, not a multiple of \(digits)",
        fix: "write every expert with \(digits) hexadecimal digits (3 above 256 experts)")
    }
    if lines.isEmpty { width = count }
    guard count == width else {
      throw RoutingError(
        .raggedRow, file: file, line: row.line, column: row.column(of: field),
        "the token has \(count) expert numbers where the first one has \(width)",
        fix: "give every token all layers; the file may have been cut off")
    }
  }

  /// Keeps where domains and sequences change.
  private mutating func note(_ row: CSVRows) {
    let name = domain.map { row.text(row.fields[$0]) } ?? ""
    if name != currentDomain, !lines.isEmpty {
      domains.append(TokenTable.Domain(name: currentDomain, tokens: domainStart..<lines.count))
      domainStart = lines.count
    }
    let text = sequence.map { row.text(row.fields[$0]) } ?? ""
    if sequenceCount < 0 || text != lastSequence || name != currentDomain { sequenceCount += 1 }
    currentDomain = name
    lastSequence = text
    sequences.append(sequenceCount)
  }

  private func badDigit(at index: Int, _ row: CSVRows) -> RoutingError {
    RoutingError(
      .badValue, file: file, line: row.line, column: row.column(of: index..<index),
      "'\(row.text(index..<(index + 1)))' in 'experts_hex' is not a hexadecimal digit",
      fix: "use 0 to 9 and a to f only")
  }
}

extension CSVRows {
  /// The value of the hexadecimal digit at `index`, if it is one.
  func hexDigit(at index: Int) -> UInt8? {
    let byte = byte(at: index)
    let digit = byte &- UInt8(ascii: "0")
    if digit <= 9 { return digit }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter <= 5 ? letter + 10 : nil
  }
}
