internal import Results

/// Kinds of operation put together for charts: no more parts than colours can tell apart.
struct TimePart: Sendable {
  let name: String
  let kinds: [String]

  /// In the order of a step; what is not named here is counted with the last but one.
  static let all: [TimePart] = [
    TimePart(name: "expert compute", kinds: ["expertCompute"]),
    TimePart(name: "dense compute", kinds: ["attention", "dense", "sharedExperts"]),
    TimePart(name: "dispatch", kinds: ["dispatch"]),
    TimePart(name: "combine", kinds: ["combine"]),
    TimePart(name: "weight movement", kinds: ["weights"]),
    TimePart(name: "routing and other", kinds: ["routing", "collectives", "other"]),
    TimePart(name: "waiting", kinds: ["waiting"]),
  ]

  private static let known = Set(all.flatMap(\.kinds))

  /// The amounts of every part, `values` being by kind.
  static func amounts(_ values: [String: Double]) -> [Double] {
    let strangers = values.keys.filter { !known.contains($0) }.sorted()
    return all.map { part in
      let kinds = part.name == "routing and other" ? part.kinds + strangers : part.kinds
      return kinds.reduce(0) { $0 + (values[$1] ?? 0) }
    }
  }

  /// The position of the part that `kind` belongs to.
  static func index(of kind: String) -> Int {
    all.firstIndex { $0.kinds.contains(kind) } ?? all.count - 2
  }

  /// `expertCompute` as people write it.
  static func words(_ kind: String) -> String {
    var result = ""
    for character in ReadableText.line(kind, limit: 40) {
      if character.isUppercase { result += " " }
      result += character.lowercased()
    }
    return result
  }
}
