/// A JSON document that is always written the same way: keys sorted, two spaces a level.
public indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  /// A finite number; what is not finite is written as null.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The document as text, without a final line feed.
  public var text: String { render(indent: "") }

  private func render(indent: String) -> String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): value.isFinite ? Self.shortest(value) : "null"
    case .string(let value): Self.quote(value)
    case .array(let values):
      Self.list("[", "]", values.map { $0.render(indent: indent + "  ") }, indent)
    case .object(let members): Self.list("{", "}", Self.pairs(members, indent + "  "), indent)
    }
  }

  private static func pairs(_ members: [String: JSONValue], _ indent: String) -> [String] {
    members.sorted { $0.key < $1.key }.map {
      "\(quote($0.key)): \($0.value.render(indent: indent))"
    }
  }

  private static func list(
    _ open: String, _ close: String, _ items: [String], _ indent: String
  ) -> String {
    guard !items.isEmpty else { return open + close }
    let body = items.map { indent + "  " + $0 }.joined(separator: ",\n")
    return "\(open)\n\(body)\n\(indent)\(close)"
  }

  /// Whole numbers without a fraction, others as the shortest text that reads back equal.
  private static func shortest(_ value: Double) -> String {
    Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  /// `text` as a JSON string, quotes included.
  public static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
