/// Flows whose rates are limited by the same links, and so are always equal.
struct FlowGroup {
  /// Bytes a second of each member.
  var rate = 0.0
  /// Bytes each member has received since the epoch began, as of ``since``.
  var served = 0.0
  /// When ``rate`` was set, in seconds.
  var since: Double
  /// When the next member is done at this rate.
  var finish = Double.infinity
  /// The next member to be done and the end of the members, places in the epoch's list.
  var head: Int32
  var end: Int32
  /// Where the links of the group begin in the epoch's list.
  var firstLink: Int32
  /// Whether the filling under way has settled the rate. Groups without members stay settled.
  var isSettled = false

  /// How many members are still under way.
  var weight: Double { Double(end - head) }
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

/// A group in the order of settling.
struct SettledGroup {
  /// The earliest finish among this group and those settled before it.
  var finish: Double
  var group: Int32
  /// The place in the order of the group with that finish.
  var earliest: Int32
}

/// The share of a link's capacity that each unsettled flow would get, as last computed.
struct LinkShare {
  var share: Double
  var link: Int32
}

/// Groups and links that influence each other, and no others.
struct SharingComponent {
  var links: Range<Int>
  var groups: Range<Int>
  /// How many groups are settled.
  var settled = 0
  /// When the next flow of the component is done.
  var nextFinish = Double.infinity
}

/// A stretch of time in which flows only end: groups, their links, and rates kept max-min fair.
///
/// Links are numbered anew, those of a component one after another, so that a component's numbers
/// lie together. ``SharingEpoch/init(flows:active:paths:capacities:at:scratch:)`` builds it.
struct SharingEpoch {
  var components: [SharingComponent] = []
  var groups: [FlowGroup] = []
  /// The links of every group, one group after another.
  var groupLinks: [Int32] = []
  /// The members of every group: bytes to receive, ascending, and the flow.
  var targets: [Double] = []
  var slots: [Int32] = []
  var links: [LinkState] = []
  var capacities: [Double] = []
  /// Where the groups of each link begin in ``linkGroups``, and where the last ones end.
  var linkGroupOffsets: [Int32] = []
  var linkGroups: [Int32] = []
  /// The order of settling; a component uses the stretch that its groups have.
  var order: [SettledGroup] = []
  /// Room for a heap; a component uses the stretch that its links have.
  var shares: [LinkShare] = []
  /// How many flows are under way.
  var activeFlows = 0
  /// When the epoch began.
  var start = 0.0

  init() {}

  /// When the next flow is done, in seconds; infinite where none is under way.
  var nextFinish: Double {
    var next = Double.infinity
    for component in components { next = min(next, component.nextFinish) }
    return next
  }
}
