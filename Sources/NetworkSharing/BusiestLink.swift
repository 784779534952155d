/// The closed form: everything on a link takes at least its bytes over the link's capacity.
///
/// For a dense exchange that starts together the busiest link is within a few per cent of max-min
/// fair sharing, and it is exactly the makespan of sharing in proportion to size. A flow is taken to
/// be done when the busiest link of its path is. Where flows start apart, a link is done at the
/// largest over all starts τ of τ plus the bytes that start at or after τ over its capacity.
struct BusiestLink {
  let capacities: [Double]
  let paths: PathTable

  init(capacities: [Double], paths: PathTable) throws(SharingError) {
    for (link, capacity) in capacities.enumerated() where !(capacity >= 1e-3 && capacity <= 1e30) {
      throw .badCapacity(link: "link \(link)", bytesPerSecond: capacity)
    }
    try paths.validate(linkCount: capacities.count)
    self.capacities = capacities
    self.paths = paths
  }

  /// Writes the finish of each of `flows` that carries bytes over links.
  ///
  /// - Complexity: O(links of all paths), and O(*n* log *n*) in flows that start apart.
  func finish(_ flows: [BatchFlow], _ finish: inout [Double]) {
    let done = linkFinish(flows)
    for (index, flow) in flows.enumerated() where flow.bytes > 0 {
      for link in paths[flow.path] { finish[index] = max(finish[index], done[Int(link)]) }
    }
  }

  /// When each link has carried everything, latest starts first.
  private func linkFinish(_ flows: [BatchFlow]) -> [Double] {
    var bytes = Array(repeating: 0.0, count: capacities.count)
    var done = bytes
    for flow in byFallingStart(flows) where flow.bytes > 0 {
      for link in paths[flow.path] {
        bytes[Int(link)] += flow.bytes
        done[Int(link)] = max(
          done[Int(link)], flow.start + bytes[Int(link)] / capacities[Int(link)])
      }
    }
    return done
  }

  private func byFallingStart(_ flows: [BatchFlow]) -> [BatchFlow] {
    guard let first = flows.first, flows.contains(where: { $0.start != first.start }) else {
      return flows
    }
    return flows.sorted { $0.start > $1.start }
  }
}
