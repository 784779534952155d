/// Reads comma-separated text with quoted fields (RFC 4180), keeping the place of every field.
public enum DelimitedText {
  /// One field and where it begins.
  public struct Field: Hashable, Sendable {
    public let text: String
    /// The line, from 1.
    public let line: Int
    /// The column in bytes, from 1.
    public let column: Int
  }

  /// Why text could not be divided into fields.
  public struct Fault: Error, Hashable, Sendable {
    public let line: Int
    public let column: Int
    /// One sentence without a full stop.
    public let message: String
  }

  /// The rows of `text`, each with its fields; blank lines are left out.
  ///
  /// Lines may end in LF, CRLF or CR, and a byte-order mark at the start is skipped. Blanks around a
  /// field belong to it.
  ///
  /// - Throws: ``Fault`` where a quoted field is not closed or is followed by something else than a
  ///   separator.
  /// - Complexity: O(length).
  public static func rows(
    _ text: String, separator: Character = ","
  ) throws(Fault) -> [[Field]] {
    var reader = Reader(
      bytes: Array(text.utf8), separator: separator.asciiValue ?? UInt8(ascii: ","))
    return try reader.rows()
  }

  /// Walks over the bytes; every byte that divides fields is ASCII, so UTF-8 needs no decoding.
  private struct Reader {
    let bytes: [UInt8]
    let separator: UInt8
    var index = 0
    var line = 1
    var lineStart = 0

    init(bytes: [UInt8], separator: UInt8) {
      self.bytes = bytes
      self.separator = separator
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        index = 3
        lineStart = 3
      }
    }

    var column: Int { index - lineStart + 1 }

    mutating func rows() throws(Fault) -> [[Field]] {
      var rows: [[Field]] = []
      while index < bytes.count {
        let row = try row()
        if row.count > 1 || !(row.first?.text.isEmpty ?? true) { rows.append(row) }
      }
      return rows
    }

    private mutating func row() throws(Fault) -> [Field] {
      var fields: [Field] = []
      while true {
        let start = (line: line, column: column)
        let isQuoted = index < bytes.count && bytes[index] == UInt8(ascii: "\"")
        let text = isQuoted ? try quoted() : plain()
        fields.append(Field(text: text, line: start.line, column: start.column))
        guard index < bytes.count, bytes[index] == separator else { break }
        index += 1
      }
      endLine()
      return fields
    }

    private mutating func plain() -> String {
      let start = index
      while index < bytes.count, bytes[index] != separator, !isLineEnd(bytes[index]) { index += 1 }
      return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func quoted() throws(Fault) -> String {
      let start = (line: line, column: column)
      var content: [UInt8] = []
      index += 1
      while index < bytes.count {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\"") {
          index += 1
          guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
            try expectEnd()
            return String(decoding: content, as: UTF8.self)
          }
        } else if isLineEnd(byte) {
          content.append(UInt8(ascii: "\n"))
          endLine()
          continue
        }
        content.append(byte)
        index += 1
      }
      throw Fault(line: start.line, column: start.column, message: "a quoted field is not closed")
    }

    private func expectEnd() throws(Fault) {
      guard index < bytes.count, bytes[index] != separator, !isLineEnd(bytes[index]) else { return }
      throw Fault(
        line: line, column: column, message: "text follows the closing quote of a field")
    }

    private func isLineEnd(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private mutating func endLine() {
      guard index < bytes.count, isLineEnd(bytes[index]) else { return }
      let isPair =
        bytes[index] == UInt8(ascii: "\r") && index + 1 < bytes.count
        && bytes[index + 1] == UInt8(ascii: "\n")
      index += isPair ? 2 : 1
      line += 1
      lineStart = index
    }
  }
}
