/// A value of a JSON text; lists of nothing but numbers are kept flat, because problems have
/// hundreds of thousands of them.
enum JSONValue {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case numbers([Double])
  case list([JSONValue])
  case object([(name: String, value: JSONValue)])
}

/// Reads a value as what a field asks for; a place such as `loads[3]` names it in messages.
extension JSONValue {
  func whole(_ place: String) throws(PlacementError) -> Int {
    if case .integer(let value) = self { return value }
    if case .number(let number) = self, let value = Int(exactly: number) { return value }
    throw Self.mismatch(place, "a whole number")
  }

  func number(_ place: String) throws(PlacementError) -> Double {
    switch self {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: throw Self.mismatch(place, "a number")
    }
  }

  func text(_ place: String) throws(PlacementError) -> String {
    guard case .text(let text) = self else { throw Self.mismatch(place, "a text") }
    return text
  }

  func list(_ place: String) throws(PlacementError) -> [JSONValue] {
    switch self {
    case .list(let values): return values
    case .numbers(let numbers): return numbers.map { .number($0) }
    default: throw Self.mismatch(place, "a list")
    }
  }

  func numbers(_ place: String) throws(PlacementError) -> [Double] {
    if case .numbers(let numbers) = self { return numbers }
    return try items(place) { value, place throws(PlacementError) in try value.number(place) }
  }

  func wholes(_ place: String) throws(PlacementError) -> [Int] {
    try items(place) { value, place throws(PlacementError) in try value.whole(place) }
  }

  func rows(_ place: String) throws(PlacementError) -> [[Double]] {
    try items(place) { value, place throws(PlacementError) in try value.numbers(place) }
  }

  /// What each value of a list is read as.
  func items<Item>(
    _ place: String, _ item: (JSONValue, String) throws(PlacementError) -> Item
  ) throws(PlacementError) -> [Item] {
    var items: [Item] = []
    for (index, value) in try list(place).enumerated() {
      items.append(try item(value, "\(place)[\(index)]"))
    }
    return items
  }

  static func mismatch(_ place: String, _ wanted: String) -> PlacementError {
    PlacementError(
      .unreadable, at: place, "not \(wanted)", remedy: "docs/planner.md has the schema")
  }
}
