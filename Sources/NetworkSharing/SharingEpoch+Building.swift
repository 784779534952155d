/// A flow that is under way or waits for its start.
struct SharedFlow {
  /// Bytes still to receive, as of the last change of epoch.
  var remaining: Double
  /// Seconds to add to the finish as computed: by how much the flow was joined early or late.
  var shift: Float
  var path: Int32
  var group: Int32
  var tag: Int32
}

extension SharingEpoch {
  /// Groups the `active` flows by the links that can hold them back, and fills.
  ///
  /// - Parameters:
  ///   - step: The length of a step in seconds where results may be inexact, else zero.
  ///   - groupOfPath: Room for a number a path, all -1, and left so.
  /// - Complexity: O(active flows and the links of their paths).
  init(
    flows: [SharedFlow], active: [Int32], paths: PathTable, capacities: [Double], at time: Double,
    step: Double, groupOfPath: inout [Int32]
  ) {
    self.init()
    activeFlows = active.count
    var distinct: [Int32] = []
    var bytes: [Double] = []
    for slot in active {
      let flow = flows[Int(slot)]
      if groupOfPath[Int(flow.path)] < 0 {
        groupOfPath[Int(flow.path)] = Int32(distinct.count)
        distinct.append(flow.path)
        if step > 0 { bytes.append(0) }
      }
      if step > 0 { bytes[Int(groupOfPath[Int(flow.path)])] += flow.remaining }
    }
    let slack = SlackLinks(
      active: distinct, bytes: bytes, step: step, paths: paths, capacities: capacities)
    var table = GroupTable()
    for path in distinct {
      groupOfPath[Int(path)] = table.group(of: paths[PathID(Int(path))], slack)
    }
    let places = number(table, capacities)
    for path in distinct { groupOfPath[Int(path)] = places[Int(groupOfPath[Int(path)])] }
    enrol(flows, active, groupOfPath)
    for path in distinct { groupOfPath[Int(path)] = -1 }
    connect()
    withFilling { components, filling in
      for index in components.indices { filling.fill(&components[index], at: time) }
    }
  }

  /// Numbers groups and links so that those of a component lie together.
  ///
  /// - Returns: The number of each group of `table`.
  private mutating func number(
    _ table: GroupTable, _ capacities: [Double]
  ) -> [Int32] {
    let component = components(of: table, linkCount: capacities.count)
    var groupCount = Array(repeating: 0, count: components.count + 1)
    for group in 0..<table.count { groupCount[Int(component.ofGroup[group]) + 1] += 1 }
    var linkCount = Array(repeating: 0, count: components.count + 1)
    for owner in component.ofLink where owner >= 0 { linkCount[Int(owner) + 1] += 1 }
    for index in components.indices {
      groupCount[index + 1] += groupCount[index]
      linkCount[index + 1] += linkCount[index]
      components[index].groups = groupCount[index]..<groupCount[index + 1]
      components[index].liveGroups = components[index].groups.count
      components[index].links = linkCount[index]..<linkCount[index + 1]
    }
    var localLink = Array(repeating: Int32(-1), count: capacities.count)
    self.capacities = Array(repeating: 0, count: linkCount[components.count])
    for (link, owner) in component.ofLink.enumerated() where owner >= 0 {
      localLink[link] = Int32(linkCount[Int(owner)])
      self.capacities[linkCount[Int(owner)]] = capacities[link]
      linkCount[Int(owner)] += 1
    }
    var places = Array(repeating: Int32(0), count: table.count)
    var byPlace = places
    for group in 0..<table.count {
      let owner = Int(component.ofGroup[group])
      places[group] = Int32(groupCount[owner])
      byPlace[groupCount[owner]] = Int32(group)
      groupCount[owner] += 1
    }
    lists.reserveCapacity(table.count + 1)
    groupLinks.reserveCapacity(table.links.count)
    for group in byPlace {
      lists.append(GroupLists(firstLink: Int32(groupLinks.count)))
      for link in table.links(of: Int(group)) { groupLinks.append(localLink[Int(link)]) }
    }
    lists.append(GroupLists(firstLink: Int32(groupLinks.count)))
    return places
  }

  /// Finds the components, numbered by their first group, and makes room for them.
  private mutating func components(
    of table: GroupTable, linkCount: Int
  ) -> (ofGroup: [Int32], ofLink: [Int32]) {
    var sets = LinkSets(count: linkCount)
    for group in 0..<table.count {
      let links = table.links(of: group)
      for link in links { sets.join(links[links.startIndex], link) }
    }
    var ofRoot = Array(repeating: Int32(-1), count: linkCount)
    var ofGroup: [Int32] = []
    ofGroup.reserveCapacity(table.count)
    for group in 0..<table.count {
      let links = table.links(of: group)
      let root = Int(sets.root(of: links[links.startIndex]))
      if ofRoot[root] < 0 {
        ofRoot[root] = Int32(components.count)
        components.append(SharingComponent(links: 0..<0, groups: 0..<0))
      }
      ofGroup.append(ofRoot[root])
    }
    let ofLink = (0..<Int32(linkCount)).map { ofRoot[Int(sets.root(of: $0))] }
    return (ofGroup, ofLink)
  }

  /// Lists the members of every group by rising bytes.
  private mutating func enrol(_ flows: [SharedFlow], _ active: [Int32], _ groupOfPath: [Int32]) {
    for slot in active { lists[Int(groupOfPath[Int(flows[Int(slot)].path)])].end += 1 }
    var place: Int32 = 0
    for group in lists.indices {
      let size = lists[group].end
      lists[group].head = place
      lists[group].end = place
      place += size
    }
    slots = Array(repeating: 0, count: active.count)
    for slot in active {
      let group = Int(groupOfPath[Int(flows[Int(slot)].path)])
      slots[Int(lists[group].end)] = slot
      lists[group].end += 1
    }
    for list in lists where list.end - list.head > 1 {
      slots[Int(list.head)..<Int(list.end)].sort {
        let (left, right) = (flows[Int($0)].remaining, flows[Int($1)].remaining)
        return left < right || (left == right && $0 < $1)
      }
    }
    targets = slots.map { flows[Int($0)].remaining }
  }

  /// Lists the groups of every link, and makes room for the filling.
  private mutating func connect() {
    groups.reserveCapacity(lists.count - 1)
    for group in 0..<(lists.count - 1) { groups.append(flowGroup(group)) }
    useOffsets = Array(repeating: 0, count: capacities.count + 1)
    links = capacities.map { LinkState(free: $0, open: 0, flows: 0) }
    let alwaysOpen = Int32(links.count)
    links.append(LinkState(free: 0, open: 1, flows: 0))
    for link in groupLinks { useOffsets[Int(link) + 1] += 1 }
    for link in capacities.indices { useOffsets[link + 1] += useOffsets[link] }
    var next = useOffsets
    uses = Array(repeating: LinkUse(group: 0, other: -1), count: groupLinks.count)
    for group in groups.indices {
      for index in Int(lists[group].firstLink)..<Int(lists[group + 1].firstLink) {
        let link = Int(groupLinks[index])
        let (first, second) = (groups[group].first, groups[group].second)
        let other = second < 0 ? alwaysOpen : first ^ second ^ groupLinks[index]
        uses[Int(next[link])] = LinkUse(group: Int32(group), other: other)
        next[link] += 1
        links[link].open += Double(groups[group].weight)
        links[link].flows += Double(groups[group].weight)
      }
    }
    order = Array(repeating: 0, count: groups.count)
    let mostUses = capacities.indices.map { useOffsets[$0 + 1] - useOffsets[$0] }.max() ?? 0
    chosen = Array(repeating: 0, count: Int(mostUses) + 1)
    rounds = Array(
      repeating: SettledRound(
        share: 0, since: 0, ownFinish: .infinity, finish: .infinity, earliest: 0, end: 0),
      count: capacities.count)
    shares = Array(repeating: LinkShare(0, of: 0), count: capacities.count)
  }

  /// The group with the members and links that its lists give.
  private func flowGroup(_ number: Int) -> FlowGroup {
    let list = lists[number]
    var group = FlowGroup(left: targets[Int(list.head)], weight: list.end - list.head)
    let links = groupLinks[Int(list.firstLink)..<Int(lists[number + 1].firstLink)]
    if links.count == 2 {
      group.first = links[links.startIndex]
      group.second = links[links.startIndex + 1]
    }
    return group
  }
}
