extension SourceFile {
  /// The whole numbers of a list at `place`, such as `physical_to_logical_map[3]`.
  func integers(
    _ tree: JSONTree, at place: String
  ) throws(FormatFault) -> [Int] {
    guard case .numbers(let values) = tree else {
      throw malformed(
        "\(place) is \(tree.kindName), not a list of numbers", fix: "give whole numbers only")
    }
    var result: [Int] = []
    result.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard let whole = value.whole else {
        throw malformed(
          "\(place)[\(index)] is \(value), not a whole number", fix: "give whole numbers only")
      }
      result.append(whole)
    }
    return result
  }

  /// Rows of whole numbers, all of one length, `[rows][columns]`.
  func integerRows(_ tree: JSONTree?, at place: String) throws(FormatFault) -> [[Int]] {
    guard let tree else {
      throw malformed("'\(place)' is missing", fix: "give it as a list of one row a layer")
    }
    guard let rows = tree.elements, !rows.isEmpty else {
      throw malformed(
        "\(place) is \(tree.kindName)", fix: "give a list with one row of numbers a layer")
    }
    var result: [[Int]] = []
    for (index, row) in rows.enumerated() {
      let values = try integers(row, at: "\(place)[\(index)]")
      if let first = result.first, first.count != values.count {
        throw malformed(
          "\(place)[\(index)] has \(values.count) numbers where the first row has \(first.count)",
          fix: "give every layer as many; the file may have been cut off")
      }
      result.append(values)
    }
    return result
  }

  /// The whole number named `key`, from `least` on.
  func integer(_ key: String, of tree: JSONTree, at place: String, least: Int) throws(FormatFault)
    -> Int
  {
    guard case .number(let number)? = tree[key], let value = number.whole, value >= least else {
      let found = tree[key].map { "is \($0.kindName)" } ?? "is missing"
      throw malformed(
        "'\(key)' \(found)\(place.isEmpty ? "" : " in \(place)")",
        fix: "give a whole number of at least \(least)")
    }
    return value
  }
}
