internal import Quantities

/// A flow of a batch that is known as a whole.
public struct BatchFlow: Hashable, Sendable {
  /// What it carries.
  public var bytes: Double
  /// When its first byte moves, in seconds.
  public var start: Double
  /// The links it crosses.
  public var path: PathID
  /// Who receives it, a number from zero.
  public var receiver: Int32

  public init(path: PathID, bytes: Double, start: Double = 0, receiver: Int32) {
    self.path = path
    self.bytes = bytes
    self.start = start
    self.receiver = receiver
  }
}

/// How finely sharing is worked out.
public enum SharingFidelity: Hashable, Sendable {
  /// Max-min fair sharing through time; zero tolerance is exact.
  case fluid(tolerance: Double)
  /// The time of the busiest link, without sharing.
  case analytic
}

/// What became of a batch of flows.
public struct SharingResult: Hashable, Sendable {
  /// When the last flow is done, in seconds.
  public internal(set) var makespan = 0.0
  /// When each flow is done, in seconds.
  public internal(set) var flowFinish: [Double]
  /// When each receiver has its last byte, in seconds; zero where it receives none.
  public internal(set) var receiverFinish: [Double]
  /// What crosses each link.
  public internal(set) var linkBytes: [Double]
  /// What crosses each link over what it could carry until the end, 0 to 1.
  public internal(set) var linkUtilization: [Double]
}

/// Shares links between flows that are all known beforehand.
public enum FluidBatch {
  /// When each of `flows` is done.
  ///
  /// Flows without bytes or links are done at their start and do not count for their receiver.
  ///
  /// - Parameters:
  ///   - capacities: Bytes a second of each link.
  ///   - receivers: How many receivers there are.
  /// - Throws: ``SharingError`` where a number is out of range.
  /// - Complexity: Exact sharing costs O(flows × groups of flows that share their links) at worst;
  ///   a tolerance *t* about 1 / *t* fillings of O(groups); analytic O(links of all paths).
  public static func solve(
    _ flows: [BatchFlow], over capacities: [Double], paths: PathTable, receivers: Int,
    fidelity: SharingFidelity
  ) throws(SharingError) -> SharingResult {
    try validate(flows, paths: paths, receivers: receivers)
    var result = SharingResult(
      flowFinish: flows.map(\.start), receiverFinish: Array(repeating: 0, count: receivers),
      linkBytes: bytes(of: flows, over: capacities.count, paths), linkUtilization: [])
    switch fidelity {
    case .analytic:
      try BusiestLink(capacities: capacities, paths: paths).finish(flows, &result.flowFinish)
    case .fluid(let tolerance):
      try share(flows, over: capacities, paths, tolerance, &result.flowFinish)
    }
    result.summarise(flows, capacities, paths)
    return result
  }

  private static func validate(
    _ flows: [BatchFlow], paths: PathTable, receivers: Int
  ) throws(SharingError) {
    for (index, flow) in flows.enumerated() {
      guard flow.bytes >= 0, flow.bytes <= 1e30 else {
        throw .badBytes(flow: index, bytes: flow.bytes)
      }
      guard flow.start >= 0, flow.start <= 1e6 else {
        throw .badStart(flow: index, seconds: flow.start)
      }
      guard flow.path.index >= 0, flow.path.index < paths.count else {
        throw .unknownPath(flow: index, path: Int(flow.path.index))
      }
      precondition(flow.receiver >= 0 && flow.receiver < receivers, "a receiver out of range")
    }
  }

  private static func share(
    _ flows: [BatchFlow], over capacities: [Double], _ paths: PathTable, _ tolerance: Double,
    _ finish: inout [Double]
  ) throws(SharingError) {
    var core = try FluidCore(capacities: capacities, paths: paths, tolerance: tolerance)
    core.reserve(flows.count)
    var cohorts = StartCohorts()
    for (index, flow) in flows.enumerated() where flow.bytes > 0 && !paths[flow.path].isEmpty {
      let slot = core.admit(
        SharedFlow(
          remaining: flow.bytes, shift: 0, path: flow.path.index, group: 0, tag: Int32(index)))
      cohorts.add(slot, at: .zero + SimDuration(seconds: flow.start))
    }
    cohorts.start(in: &core)
    while let step = core.nextStep() {
      core.step(at: step)
      for ended in core.ended { finish[Int(ended.flow.tag)] = ended.finish }
    }
  }

  private static func bytes(
    of flows: [BatchFlow], over count: Int, _ paths: PathTable
  ) -> [Double] {
    var bytes = Array(repeating: 0.0, count: count)
    for flow in flows {
      for link in paths[flow.path] where link >= 0 && link < count {
        bytes[Int(link)] += flow.bytes
      }
    }
    return bytes
  }
}

extension SharingResult {
  /// Derives what follows from the finish of every flow.
  fileprivate mutating func summarise(
    _ flows: [BatchFlow], _ capacities: [Double], _ paths: PathTable
  ) {
    for (index, flow) in flows.enumerated() where flow.bytes > 0 && !paths[flow.path].isEmpty {
      let receiver = Int(flow.receiver)
      receiverFinish[receiver] = max(receiverFinish[receiver], flowFinish[index])
      makespan = max(makespan, flowFinish[index])
    }
    linkUtilization = zip(linkBytes, capacities).map { bytes, capacity in
      makespan > 0 ? bytes / capacity / makespan : 0
    }
  }
}
