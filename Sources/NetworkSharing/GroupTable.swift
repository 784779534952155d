/// Groups under construction: one for each distinct list of links that can be full.
struct GroupTable {
  /// The links of all groups, by their number in the whole network.
  private(set) var links: [Int32] = []
  /// Where the links of each group begin in ``links``, and where the last ones end.
  private(set) var offsets: [Int32] = [0]
  /// Groups by the hash of their links; -1 where free.
  private var table = [Int32](repeating: -1, count: 1024)

  var count: Int { offsets.count - 1 }

  /// The links of `group`.
  func links(of group: Int) -> ArraySlice<Int32> {
    links[Int(offsets[group])..<Int(offsets[group + 1])]
  }

  /// The group of the links of `path` that are not slack.
  mutating func group(of path: ArraySlice<Int32>, _ slack: SlackLinks) -> Int32 {
    let first = links.count
    for place in path.indices where !slack.mayDrop(place, of: path) { links.append(path[place]) }
    let place = place(ofLinksFrom: first)
    if table[place] >= 0 {
      links.removeLast(links.count - first)
      return table[place]
    }
    table[place] = Int32(count)
    offsets.append(Int32(links.count))
    if count * 2 > table.count { grow() }
    return Int32(count - 1)
  }

  private func place(ofLinksFrom first: Int) -> Int {
    var hash: UInt64 = 0
    for link in links[first...] { hash = hashed(hash ^ UInt64(UInt32(bitPattern: link))) }
    var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[place] >= 0 && !links(of: Int(table[place])).elementsEqual(links[first...]) {
      place = (place + 1) & (table.count - 1)
    }
    return place
  }

  private mutating func grow() {
    table = [Int32](repeating: -1, count: table.count * 2)
    for group in 0..<count {
      var hash: UInt64 = 0
      for link in links(of: group) { hash = hashed(hash ^ UInt64(UInt32(bitPattern: link))) }
      var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
      while table[place] >= 0 { place = (place + 1) & (table.count - 1) }
      table[place] = Int32(group)
    }
  }
}

/// Sets of links joined by the groups that use them (union by smaller number, paths halved).
struct LinkSets {
  private var parent: [Int32]

  init(count: Int) { parent = (0..<Int32(count)).map { $0 } }

  /// The link that stands for the set of `link`.
  mutating func root(of link: Int32) -> Int32 {
    var link = link
    while parent[Int(link)] != link {
      parent[Int(link)] = parent[Int(parent[Int(link)])]
      link = parent[Int(link)]
    }
    return link
  }

  /// Joins the sets of two links.
  mutating func join(_ first: Int32, _ second: Int32) {
    let (left, right) = (root(of: first), root(of: second))
    if left < right { parent[Int(right)] = left } else { parent[Int(left)] = right }
  }
}
