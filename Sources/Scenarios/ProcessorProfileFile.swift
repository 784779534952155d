internal import Diagnostics
internal import Domain

extension ProcessorProfile {
  /// The profile as members of a measured machine's `measurements`.
  var json: [String: JSONValue] {
    [
      "cached": cached.json, "streamed": streamed.json, "cacheBytes": .number(cacheBytes),
      "copy": copy.json, "gather": gather.json, "addition": addition.json,
      "activation": activation.json, "activationGradient": activationGradient.json,
      "choice": choice.json, "sorting": sorting.json,
      "operationSeconds": .number(operationSeconds), "noise": .number(noise),
    ]
  }
}

extension ProcessorProfile.Products {
  fileprivate var json: JSONValue {
    .object([
      "forward": forward.json, "inputGradient": inputGradient.json,
      "weightGradient": weightGradient.json,
    ])
  }
}

extension ProductTable {
  fileprivate var json: JSONValue {
    .object([
      "rows": rows.json, "columns": columns.json, "depths": depths.json, "seconds": seconds.json,
    ])
  }
}

extension SizeCurve {
  fileprivate var json: JSONValue {
    .object(["sizes": sizes.json, "seconds": seconds.json])
  }
}

extension [Double] {
  fileprivate var json: JSONValue { .array(map(JSONValue.number)) }
}

/// Reads the `measurements` of a measured machine's file.
struct ProcessorProfileReader {
  let reading: Reading

  /// The profile, nil inside where the file has no tables of processor cores; nil outside, after
  /// saying why, where tables are incomplete.
  func read(_ item: YAMLItem) -> (value: ProcessorProfile?, Void)? {
    let members = Members(item)
    guard members["cached"] != nil || members["copy"] != nil else { return (nil, ()) }
    guard let cached = products(members["cached"], item),
      let streamed = products(members["streamed"], item),
      let copy = curve("copy", members, item), let gather = curve("gather", members, item),
      let addition = curve("addition", members, item),
      let activation = curve("activation", members, item),
      let gradient = curve("activationGradient", members, item),
      let choice = curve("choice", members, item), let sorting = curve("sorting", members, item),
      let cacheBytes = number("cacheBytes", members, item),
      let operation = number("operationSeconds", members, item),
      let noise = number("noise", members, item)
    else { return nil }
    return (
      ProcessorProfile(
        cached: cached, streamed: streamed, cacheBytes: cacheBytes, copy: copy, gather: gather,
        addition: addition, activation: activation, activationGradient: gradient, choice: choice,
        sorting: sorting, operationSeconds: operation, noise: noise), ()
    )
  }

  private func products(
    _ item: YAMLItem?, _ parent: YAMLItem
  ) -> ProcessorProfile.Products? {
    guard let item else { return broken("'cached' and 'streamed'", parent) }
    let members = Members(item)
    guard let forward = table("forward", members, item),
      let input = table("inputGradient", members, item),
      let weight = table("weightGradient", members, item)
    else { return nil }
    return .init(forward: forward, inputGradient: input, weightGradient: weight)
  }

  private func table(_ name: String, _ members: Members, _ parent: YAMLItem) -> ProductTable? {
    let table = members[name].map(Members.init)
    return ProductTable(
      rows: numbers(table?["rows"]), columns: numbers(table?["columns"]),
      depths: numbers(table?["depths"]), seconds: numbers(table?["seconds"]))
      ?? broken("the table '\(name)'", parent)
  }

  private func curve(_ name: String, _ members: Members, _ parent: YAMLItem) -> SizeCurve? {
    let curve = members[name].map(Members.init)
    return SizeCurve(sizes: numbers(curve?["sizes"]), seconds: numbers(curve?["seconds"]))
      ?? broken("the curve '\(name)'", parent)
  }

  private func number(_ name: String, _ members: Members, _ parent: YAMLItem) -> Double? {
    let number = members[name]?.scalar.flatMap(Double.init)
    guard let number, number.isFinite, number >= 0 else { return broken("'\(name)'", parent) }
    return number
  }

  private func numbers(_ item: YAMLItem?) -> [Double] {
    item?.entries.map { $0.scalar.flatMap(Double.init) ?? .nan } ?? []
  }

  private func broken<Value>(_ what: String, _ item: YAMLItem) -> Value? {
    reading.error(
      .missingKey, at: item,
      "the measurements lack \(what), or numbers of it are not positive or not in order",
      help: ["measure again: shunt calibrate measure --output FILE"])
    return nil
  }

  /// The members of a mapping by name.
  private struct Members {
    private var items: [String: YAMLItem] = [:]

    init(_ item: YAMLItem) {
      for member in item.members ?? [] {
        if let key = member.key { items[key] = member.value }
      }
    }

    subscript(name: String) -> YAMLItem? { items[name] }
  }
}
