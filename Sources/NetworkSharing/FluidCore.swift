internal import EventKernel
internal import Quantities

/// A flow that is done, and when, in seconds.
struct EndedFlow {
  var flow: SharedFlow
  var finish: Double
}

/// Flows on links through time: who waits, who is under way, and what the next step is.
///
/// Time is in seconds since the network was last idle, so that doubles keep their precision; the
/// types around it speak in whole picoseconds.
struct FluidCore {
  let capacities: [Double]
  var paths: PathTable
  /// Zero for exact results, else the fraction of a group's own duration that a step may last.
  let tolerance: Double

  private(set) var flows: [SharedFlow] = []
  private var freeSlots: [Int32] = []
  /// Flows by the instant at which they start.
  private var waiting = EventQueue<[Int32]>()
  private var epoch = SharingEpoch()
  /// The instant that counts as zero seconds.
  private(set) var base = SimTime.zero
  /// Seconds of the last step.
  private var now = 0.0
  /// The length of a step where results may be inexact, in seconds.
  private var quantum = Double.infinity
  /// How many flows may still end before the groups are formed anew.
  private var patience = 0
  private var groupOfPath: [Int32] = []
  /// What the last step ended.
  private(set) var ended: [EndedFlow] = []

  init(capacities: [Double], paths: PathTable, tolerance: Double) throws(SharingError) {
    guard tolerance >= 0, tolerance < 1 else { throw .badTolerance(tolerance) }
    for (link, capacity) in capacities.enumerated() where !(capacity >= 1e-3 && capacity <= 1e30) {
      throw .badCapacity(link: "link \(link)", bytesPerSecond: capacity)
    }
    guard capacities.count <= LinkShare.linkLimit else {
      throw .badShape(
        "\(capacities.count) links are too many; share at most \(LinkShare.linkLimit)")
    }
    try paths.validate(linkCount: capacities.count)
    self.capacities = capacities
    self.paths = paths
    self.tolerance = tolerance
  }

  /// How many flows are under way or wait for their start.
  var flowCount: Int { flows.count - freeSlots.count }

  /// Forgets the past of an idle network and counts seconds from `instant`.
  mutating func restart(at instant: SimTime) {
    flows.removeAll(keepingCapacity: true)
    freeSlots.removeAll(keepingCapacity: true)
    epoch = SharingEpoch()
    base = instant
    now = 0
    quantum = .infinity
  }

  /// Makes room for `count` flows.
  mutating func reserve(_ count: Int) { flows.reserveCapacity(count) }

  /// Takes a flow in; it starts once its slot was given to ``start(_:at:)``.
  mutating func admit(_ flow: SharedFlow) -> Int32 {
    if let slot = freeSlots.popLast() {
      flows[Int(slot)] = flow
      return slot
    }
    flows.append(flow)
    return Int32(flows.count - 1)
  }

  /// Lets admitted flows start at `instant`, which no step has passed yet.
  mutating func start(_ slots: [Int32], at instant: SimTime) {
    waiting.schedule(slots, at: max(instant, waiting.now))
  }

  /// Seconds from ``base`` to `instant`.
  func seconds(to instant: SimTime) -> Double { (instant - base).seconds }
}

extension FluidCore {
  /// When something is to be done next, in seconds; nothing where no flow is left.
  mutating func nextStep() -> Double? {
    let start = waiting.nextTime().map { max(seconds(to: $0), now) }
    guard epoch.activeFlows > 0 else { return start }
    let finish = epoch.nextFinish
    guard tolerance > 0 else { return min(finish, start ?? .infinity) }
    let end = max(finish, now + quantum)
    return start.map { min(end, $0 + quantum / 2) } ?? end
  }

  /// Does what is due at `time`, the one that ``nextStep()`` gave: flows end, others begin.
  ///
  /// ``ended`` then has the flows that did.
  mutating func step(at time: Double) {
    let reach = tolerance > 0 && quantum.isFinite ? quantum / 2 : time * 1e-10
    end(through: time + reach, at: time)
    now = time
    patience -= ended.count
    let joining = takeWaiting(through: time + (tolerance > 0 ? reach : 0))
    if !joining.isEmpty || isRegroupingDue { regroup(joining) }
  }

  private mutating func end(through limit: Double, at time: Double) {
    ended.removeAll(keepingCapacity: true)
    guard epoch.activeFlows > 0 else { return }
    epoch.end(through: limit, at: time) { slot, finish in
      ended.append(
        EndedFlow(flow: flows[Int(slot)], finish: finish + Double(flows[Int(slot)].shift)))
      freeSlots.append(slot)
    }
    epoch.activeFlows -= ended.count
  }

  private mutating func takeWaiting(through limit: Double) -> [Int32] {
    var joining: [Int32] = []
    while let instant = waiting.nextTime(), max(seconds(to: instant), 0) <= max(limit, now) {
      let shift = seconds(to: instant) - now
      let slots = waiting.next() ?? []
      for slot in slots { flows[Int(slot)].shift = tolerance > 0 ? Float(shift) : 0 }
      if joining.isEmpty { joining = slots } else { joining += slots }
    }
    return joining
  }

  /// Forms groups anew from the flows under way and those `joining`.
  private mutating func regroup(_ joining: [Int32]) {
    var active = epoch.settleAccounts(at: now, &flows)
    active += joining
    // The step follows all that is under way when something joins, so that flows which start in
    // many small portions, as latencies and stragglers make them, do not shorten it.
    if tolerance > 0 && !joining.isEmpty { quantum = tolerance * busiestLink(active) }
    epoch = SharingEpoch()
    let missing = paths.count - groupOfPath.count
    if missing > 0 { groupOfPath += repeatElement(-1, count: missing) }
    epoch = SharingEpoch(
      flows: flows, active: active, paths: paths, capacities: capacities, at: now,
      step: tolerance > 0 ? quantum : 0, groupOfPath: &groupOfPath)
    patience = max(128, active.count / 32)
  }

  /// Whether forming groups anew may make the rest quicker: while links may turn slack it pays now
  /// and then, and after that only where many groups are done.
  private var isRegroupingDue: Bool {
    guard epoch.activeFlows > 0, patience <= 0 else { return false }
    let live = epoch.liveGroups
    return !epoch.isSimple || live * 2 <= epoch.groups.count
      || (tolerance == 0 && live * 8 <= epoch.groups.count * 7)
  }

  /// Seconds that the busiest link needs for `slots` alone.
  private func busiestLink(_ slots: [Int32]) -> Double {
    var bytes = Array(repeating: 0.0, count: capacities.count)
    for slot in slots {
      for link in paths[PathID(Int(flows[Int(slot)].path))] {
        bytes[Int(link)] += flows[Int(slot)].remaining
      }
    }
    return zip(bytes, capacities).map { $0 / $1 }.max() ?? 0
  }
}
