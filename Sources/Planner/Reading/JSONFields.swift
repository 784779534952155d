/// The fields of a mapping; a field that is `null` is as good as missing.
struct JSONFields {
  private let values: [String: JSONValue]
  private let prefix: String

  init(_ value: JSONValue, at place: String = "") throws(PlacementError) {
    guard case .object(let fields) = value else {
      throw JSONValue.mismatch(place.isEmpty ? "file" : place, "a mapping")
    }
    values = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
    prefix = place.isEmpty ? "" : place + "."
  }

  /// What `read` makes of a field, or `nil` without it.
  func optional<Value>(
    _ name: String, _ read: (JSONValue, String) throws(PlacementError) -> Value
  ) throws(PlacementError) -> Value? {
    guard let value = values[name] else { return nil }
    if case .null = value { return nil }
    return try read(value, prefix + name)
  }

  /// What `read` makes of a field that must be there.
  func needed<Value>(
    _ name: String, _ read: (JSONValue, String) throws(PlacementError) -> Value
  ) throws(PlacementError) -> Value {
    if let value = try optional(name, read) { return value }
    throw PlacementError(
      .unreadable, at: prefix + name, "missing", remedy: "add it; docs/planner.md has the schema")
  }

  func whole(_ name: String) throws(PlacementError) -> Int? {
    try optional(name) { value, place throws(PlacementError) in try value.whole(place) }
  }

  func neededWhole(_ name: String) throws(PlacementError) -> Int {
    try needed(name) { value, place throws(PlacementError) in try value.whole(place) }
  }

  func number(_ name: String) throws(PlacementError) -> Double? {
    try optional(name) { value, place throws(PlacementError) in try value.number(place) }
  }

  func text(_ name: String) throws(PlacementError) -> String? {
    try optional(name) { value, place throws(PlacementError) in try value.text(place) }
  }

  func numbers(_ name: String) throws(PlacementError) -> [Double]? {
    try optional(name) { value, place throws(PlacementError) in try value.numbers(place) }
  }

  func rows(_ name: String) throws(PlacementError) -> [[Double]]? {
    try optional(name) { value, place throws(PlacementError) in try value.rows(place) }
  }

  /// The mappings of a list.
  func mappings(_ name: String) throws(PlacementError) -> [JSONFields] {
    try optional(name) { value, place throws(PlacementError) in
      try value.items(place) { value, place throws(PlacementError) in
        try JSONFields(value, at: place)
      }
    } ?? []
  }
}
