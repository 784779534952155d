/// Flows whose rates are limited by the same links, and so are always equal.
///
/// Small, because filling reads little else: 24 bytes.
struct FlowGroup {
  /// Bytes the next member has to receive, as of the round that settled the group.
  var left = 0.0
  /// How many members are under way.
  var weight: Int32 = 0
  /// The two links of a group that has just two.
  var first: Int32 = -1
  /// The other of two links; -1 where the group has fewer or more.
  var second: Int32 = -1
  /// Whether the filling under way has settled a group that has not just two links.
  var isSettled = false
}

/// The lists of a group.
struct GroupLists {
  /// The next member to be done and the end of the members, places in the epoch's list.
  var head: Int32 = 0
  var end: Int32 = 0
  /// Where the links of the group begin in the epoch's list.
  var firstLink: Int32
}

/// A group on a link.
struct LinkUse {
  var group: Int32
  /// The other link of a group that has just two, else a link beyond the last that is always open.
  var other: Int32
}

/// What a link still has to give during a filling.
struct LinkState {
  /// Bytes a second that no settled flow uses.
  var free: Double
  /// How many flows are not settled.
  var open: Double
  /// How many flows there are.
  var flows: Double
}

/// The groups that one full link settled at one rate.
struct SettledRound {
  /// Bytes a second of every flow of these groups.
  var share: Double
  /// When they were settled, in seconds.
  var since: Double
  /// The earliest finish in this round.
  var ownFinish: Double
  /// The earliest finish in this round and the ones before it.
  var finish: Double
  /// The round with that finish.
  var earliest: Int32
  /// The end of the groups of this round in the order of settling.
  var end: Int32
}

/// Groups and links that influence each other, and no others.
struct SharingComponent {
  var links: Range<Int>
  var groups: Range<Int>
  /// How many groups have members under way.
  var liveGroups = 0
  /// How many rounds the filling has taken.
  var rounds = 0
  /// When the next flow of the component is done.
  var nextFinish = Double.infinity
}

/// A stretch of time in which flows only end: groups, their links, and rates kept max-min fair.
///
/// Links are numbered anew, those of a component one after another, so that a component's numbers
/// lie together. The initialiser that takes flows builds it.
struct SharingEpoch {
  var components: [SharingComponent] = []
  var groups: [FlowGroup] = []
  /// The lists of every group, and a last entry where they all end.
  var lists: [GroupLists] = []
  /// The links of every group, one group after another.
  var groupLinks: [Int32] = []
  /// The members of every group: bytes to receive from the start of the epoch on, ascending.
  var targets: [Double] = []
  /// The flow of every member.
  var slots: [Int32] = []
  /// The links, and one that is always open.
  var links: [LinkState] = []
  var capacities: [Double] = []
  /// Where the groups of each link begin in ``uses``, and where the last ones end.
  var useOffsets: [Int32] = []
  var uses: [LinkUse] = []
  /// Groups in the order of settling; a component uses the stretch that its groups have.
  var order: [Int32] = []
  /// Rounds of settling; a component uses the stretch that its links have.
  var rounds: [SettledRound] = []
  /// Room for a heap of links.
  var shares: [LinkShare] = []
  /// Room for the groups of any one link, and one more.
  var chosen: [Int32] = []
  /// How many flows are under way.
  var activeFlows = 0

  init() {}

  /// Whether groups have two links at most, so that no link is left that might turn slack.
  var isSimple: Bool { groupLinks.count <= 2 * groups.count }

  /// How many groups have members under way.
  var liveGroups: Int { components.reduce(0) { $0 + $1.liveGroups } }

  /// When the next flow is done, in seconds; infinite where none is under way.
  var nextFinish: Double {
    var next = Double.infinity
    for component in components { next = min(next, component.nextFinish) }
    return next
  }
}
