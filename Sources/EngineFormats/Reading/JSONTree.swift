/// A JSON value, with rows of numbers kept as such.
///
/// Maps and loads are millions of numbers in short rows, so a list of nothing but numbers is one
/// array instead of a value each.
enum JSONTree: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  /// A list of at least one element, all numbers.
  case numbers([Double])
  /// Any other list.
  case list([JSONTree])
  /// Members in the order of the file; no name stands twice.
  case object([Member])

  struct Member: Hashable, Sendable {
    let name: String
    let value: JSONTree
  }

  /// The member `name` of an object.
  subscript(name: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The elements of a list; nil for anything else.
  var elements: [JSONTree]? {
    switch self {
    case .numbers(let values): values.map(JSONTree.number)
    case .list(let values): values
    default: nil
    }
  }

  /// What a person calls the value.
  var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .text: "a text"
    case .numbers: "a list of numbers"
    case .list(let values): values.isEmpty ? "an empty list" : "a list"
    case .object: "an object"
    }
  }
}

extension Double {
  /// The whole number this is, if it is one of at most 2⁵³.
  var whole: Int? {
    guard self == rounded(.towardZero), abs(self) <= 0x1p53 else { return nil }
    return Int(self)
  }
}
