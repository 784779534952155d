/// Reads the numbers of a traffic matrix one after another.
struct TrafficReader {
  let text: [UInt8]
  private var place: Int
  private var line = 1
  private var lineStart = 0
  private var values: [Double] = []
  private var columns = 0
  private var rows = 0

  init(text: [UInt8]) {
    self.text = text
    // The mark that some programs put before UTF-8 text is no part of it.
    place = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    lineStart = place
  }

  mutating func read() throws(TrafficError) -> TrafficMatrix {
    while skipEmptyLines() {
      try readRow()
      guard rows <= columns else { throw .notSquare(line: line, rows: rows, columns: columns) }
      endLine()
    }
    guard rows > 0 else { throw .empty }
    guard rows == columns else { throw .notSquare(line: line, rows: rows, columns: columns) }
    return TrafficMatrix(ranks: rows, bytes: values)
  }

  /// Moves to the next line with anything on it; tells whether there is one.
  private mutating func skipEmptyLines() -> Bool {
    while place < text.count {
      skipBlanks()
      guard place < text.count, text[place] == UInt8(ascii: "\n") else { break }
      endLine()
    }
    return place < text.count
  }

  private mutating func endLine() {
    guard place < text.count else { return }
    place += 1
    line += 1
    lineStart = place
  }

  private mutating func skipBlanks() {
    while place < text.count, text[place] == 0x20 || text[place] == 0x09 || text[place] == 0x0D {
      place += 1
    }
  }

  private mutating func readRow() throws(TrafficError) {
    place = lineStart
    var found = 0
    while true {
      values.append(try readNumber())
      found += 1
      guard place < text.count, text[place] == UInt8(ascii: ",") else { break }
      place += 1
    }
    if rows == 0 { columns = found }
    rows += 1
    guard found == columns else {
      throw .ragged(line: line, column: 1, expected: columns, found: found)
    }
    if rows == 1 { values.reserveCapacity(min(columns, 65_536) * columns) }
  }

  /// Reads the field at ``place`` and moves to the comma or line end behind it.
  private mutating func readNumber() throws(TrafficError) -> Double {
    skipBlanks()
    let start = place
    var whole: UInt64 = 0
    while place < text.count, place - start < 15, text[place] &- 48 < 10 {
      whole = whole * 10 + UInt64(text[place] &- 48)
      place += 1
    }
    let isPlain = place > start
    let digitsEnd = place
    skipBlanks()
    if isPlain && (place == text.count || isEnd(text[place])) { return Double(whole) }
    place = digitsEnd
    return try readAnyNumber(from: start)
  }

  private func isEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n")
  }

  /// Reads what is not a short whole number: a decimal point, an exponent, or no number at all.
  private mutating func readAnyNumber(from start: Int) throws(TrafficError) -> Double {
    while place < text.count, !isEnd(text[place]) { place += 1 }
    var end = place
    while end > start, text[end - 1] <= 0x20 { end -= 1 }
    let field = String(decoding: text[start..<end], as: UTF8.self)
    let column = start - lineStart + 1
    guard let value = Double(field) else {
      throw .notANumber(line: line, column: column, text: String(field.prefix(40)))
    }
    guard value >= 0, value <= 1e30 else {
      throw .badBytes(line: line, column: column, text: String(field.prefix(40)))
    }
    return value
  }
}
