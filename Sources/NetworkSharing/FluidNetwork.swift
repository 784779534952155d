private import EventKernel
public import Quantities

/// A flow that is handed to a ``FluidNetwork``.
public struct NetworkFlow: Hashable, Sendable {
  /// The links it crosses.
  public var path: PathID
  /// What it carries.
  public var bytes: Double
  /// What its completion is told with, the receiving rank for instance.
  public var tag: Int32
  /// How long after it was handed over its first byte moves.
  public var latency: SimDuration

  public init(path: PathID, bytes: Double, tag: Int32, latency: SimDuration = .zero) {
    self.path = path
    self.bytes = bytes
    self.tag = tag
    self.latency = latency
  }
}

/// The end of a flow.
public struct FlowCompletion: Hashable, Sendable {
  /// When the last byte arrived.
  public var time: SimTime
  /// The group the flow was added with.
  public var group: Int32
  /// The flow's own tag.
  public var tag: Int32
}

/// Flows that share links max-min fairly while a simulation adds more of them.
///
/// ```swift
/// var network = try FluidNetwork(capacities: links.capacities, paths: links.allPaths())
/// try network.add(flows, group: 7, at: now)
/// while let instant = network.nextInstant() {
///   for done in network.advance(to: instant) { print(done.group, done.tag, done.time) }
/// }
/// ```
///
/// A simulation schedules a wake-up at ``nextInstant()`` after every change and drops wake-ups that
/// a later change made stale. Flows added at one instant are solved together when that instant is
/// advanced to, so that an all-to-all of many groups costs one solution.
///
/// A value without randomness: the same calls give the same completions in the same order.
public struct FluidNetwork: Sendable {
  private var core: FluidCore
  /// Completions that are known but not yet told.
  private var told = EventQueue<FlowCompletion>()
  private var clock = SimTime.zero

  /// A network without flows.
  ///
  /// - Parameters:
  ///   - capacities: Bytes a second of each link.
  ///   - paths: The paths that flows may follow; ``addPath(_:)`` adds more.
  ///   - tolerance: Zero for exact completion times. Else capacity is given back only in steps of
  ///     this fraction of the time that the busiest link needs for all that is under way when flows
  ///     join, with completions up to half a step late or early.
  /// - Throws: ``SharingError`` where a capacity, a path or the tolerance is out of range.
  public init(
    capacities: [Double], paths: PathTable, tolerance: Double = 0
  ) throws(SharingError) {
    core = try FluidCore(capacities: capacities, paths: paths, tolerance: tolerance)
  }

  /// A network over the links of a cluster, with the paths of all pairs.
  public init(_ links: ClusterLinks, tolerance: Double = 0) throws(SharingError) {
    try self.init(capacities: links.capacities, paths: links.allPaths(), tolerance: tolerance)
  }

  /// How many flows are not done yet.
  public var flowCount: Int { core.flowCount + told.count }

  /// Adds a path over `links`.
  public mutating func addPath(_ links: [Int]) throws(SharingError) -> PathID {
    if let bad = links.first(where: { $0 < 0 || $0 >= core.capacities.count }) {
      throw .unknownLink(path: core.paths.count, link: bad)
    }
    return core.paths.add(links)
  }

  /// Adds `flows`, whose latencies begin at `time`; their completions carry `group`.
  ///
  /// Flows without bytes or links are done when their latency is over.
  ///
  /// - Precondition: `time` is not before the instant advanced to last.
  /// - Throws: ``SharingError`` where a flow's bytes or path are out of range; none is added then.
  public mutating func add(
    _ flows: [NetworkFlow], group: Int32, at time: SimTime
  ) throws(SharingError) {
    precondition(time >= clock, "flows cannot be added in the past")
    for (index, flow) in flows.enumerated() {
      guard flow.bytes >= 0, flow.bytes <= 1e30 else {
        throw .badBytes(flow: index, bytes: flow.bytes)
      }
      guard flow.path.index >= 0, flow.path.index < core.paths.count else {
        throw .unknownPath(flow: index, path: Int(flow.path.index))
      }
    }
    run(through: time)
    clock = time
    if core.flowCount == 0 { core.restart(at: time) }
    var cohorts = StartCohorts()
    for flow in flows {
      let start = time + flow.latency
      guard flow.bytes > 0, !core.paths[flow.path].isEmpty else {
        told.schedule(FlowCompletion(time: start, group: group, tag: flow.tag), at: start)
        continue
      }
      let slot = core.admit(
        SharedFlow(
          remaining: flow.bytes, shift: 0, path: flow.path.index, group: group, tag: flow.tag))
      cohorts.add(slot, at: start)
    }
    cohorts.start(in: &core)
  }

  /// The next instant to advance to; nothing where no flow is left.
  ///
  /// Besides completions these are the starts of flows whose latency is over, among them the
  /// present instant after ``add(_:group:at:)``.
  public mutating func nextInstant() -> SimTime? {
    let step = core.nextStep().map { max(instant($0), clock) }
    guard let told = told.nextTime() else { return step }
    return step.map { min($0, told) } ?? told
  }

  /// Moves to `time` and tells what was done by then, in order of completion.
  ///
  /// - Precondition: `time` is not before the instant advanced to last.
  public mutating func advance(to time: SimTime) -> [FlowCompletion] {
    precondition(time >= clock, "the network cannot go back in time")
    run(through: time)
    clock = time
    var done: [FlowCompletion] = []
    while let next = told.nextTime(), next <= time {
      if let completion = told.next() { done.append(completion) }
    }
    return done
  }
}

extension FluidNetwork {
  /// Takes every step that is due by `time`.
  private mutating func run(through time: SimTime) {
    while let step = core.nextStep() {
      let due = max(instant(step), clock)
      guard due <= time else { return }
      core.step(at: step)
      for ended in core.ended {
        let end = max(instant(ended.finish), due)
        told.schedule(
          FlowCompletion(time: end, group: ended.flow.group, tag: ended.flow.tag), at: end)
      }
    }
  }

  /// The first picosecond that is not before `seconds`, but for rounding.
  private func instant(_ seconds: Double) -> SimTime {
    let picoseconds = (seconds * 1e12 - 1e-3).rounded(.up)
    guard picoseconds < 9.2e18 else { return .distantFuture }
    return core.base + SimDuration(picoseconds: max(0, Int64(picoseconds)))
  }
}
