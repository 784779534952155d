import NetworkSharing
import Quantities
import Testing

/// A small seeded generator (SplitMix64), so that a failing world can be run again alone.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A random network with flows, small enough for the plain reference.
struct SmallWorld {
  var capacities: [Double]
  var paths = PathTable()
  var routes: [[Int]] = []
  var flows: [BatchFlow] = []

  init(seed: UInt64, staggered: Bool) {
    var random = SplitMix(state: seed)
    let linkCount = Int.random(in: 1...8, using: &random)
    capacities = (0..<linkCount).map { _ in Double(Int.random(in: 1...20, using: &random)) * 1e8 }
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      let length = Int.random(in: 1...min(4, linkCount), using: &random)
      let route = Array((0..<linkCount).shuffled(using: &random).prefix(length))
      paths.add(route)
      routes.append(route)
    }
    for index in 0..<Int.random(in: 1...40, using: &random) {
      flows.append(
        BatchFlow(
          path: PathID(Int.random(in: 0..<routes.count, using: &random)),
          bytes: Double(Int.random(in: 1...1000, using: &random)) * 1e5,
          start: staggered ? Double(Int.random(in: 0...9, using: &random)) * 0.01 : 0,
          receiver: Int32(index)))
    }
  }

  /// Finish times by filling from scratch at every event, flow by flow and link by link.
  func referenceFinish() -> [Double] {
    var left = flows.map(\.bytes)
    var finish = flows.map { _ in Double.infinity }
    var now = 0.0
    while finish.contains(.infinity) {
      let active = flows.indices.filter { finish[$0] == .infinity && flows[$0].start <= now }
      let rates = maxMinRates(active)
      var next =
        flows.indices.filter { finish[$0] == .infinity && flows[$0].start > now }
        .map { flows[$0].start }.min() ?? .infinity
      for (flow, rate) in zip(active, rates) { next = min(next, now + left[flow] / rate) }
      for (flow, rate) in zip(active, rates) {
        left[flow] -= rate * (next - now)
        if left[flow] <= flows[flow].bytes * 1e-12 { finish[flow] = next }
      }
      now = next
    }
    return finish
  }

  private func maxMinRates(_ active: [Int]) -> [Double] {
    var rates = active.map { _ in -1.0 }
    while rates.contains(-1) {
      var best = (share: Double.infinity, link: 0)
      for link in capacities.indices {
        let users = active.indices.filter {
          routes[Int(flows[active[$0]].path.index)].contains(link)
        }
        let open = users.filter { rates[$0] < 0 }
        guard !open.isEmpty else { continue }
        let used = users.filter { rates[$0] >= 0 }.map { rates[$0] }.reduce(0, +)
        let share = max(0, capacities[link] - used) / Double(open.count)
        if share < best.share { best = (share, link) }
      }
      for index in active.indices
      where rates[index] < 0 && routes[Int(flows[active[index]].path.index)].contains(best.link) {
        rates[index] = best.share
      }
    }
    return rates
  }
}

/// The solver against a plain one that shares nothing with it.
@Suite struct ReferenceSharingTests {
  @Test(arguments: [false, true])
  func exactSharingAgrees(staggered: Bool) throws {
    for seed in 0..<300 as Range<UInt64> {
      let world = SmallWorld(seed: seed, staggered: staggered)
      let expected = world.referenceFinish()
      let result = try FluidBatch.solve(
        world.flows, over: world.capacities, paths: world.paths, receivers: world.flows.count,
        fidelity: .fluid(tolerance: 0))
      for (index, time) in expected.enumerated() {
        #expect(
          abs(result.flowFinish[index] - time) <= 1e-8 * time, "seed \(seed), flow \(index)")
      }
    }
  }

  @Test func noSharingBeatsTheBusiestLink() throws {
    for seed in 0..<200 as Range<UInt64> {
      let world = SmallWorld(seed: seed, staggered: seed.isMultiple(of: 2))
      func makespan(_ fidelity: SharingFidelity) throws -> Double {
        try FluidBatch.solve(
          world.flows, over: world.capacities, paths: world.paths, receivers: world.flows.count,
          fidelity: fidelity
        ).makespan
      }
      let exact = try makespan(.fluid(tolerance: 0))
      #expect(try makespan(.analytic) <= exact * (1 + 1e-9), "seed \(seed)")
      #expect(abs(try makespan(.fluid(tolerance: 1e-5)) - exact) <= 1e-3 * exact, "seed \(seed)")
    }
  }

  @Test(arguments: [0.0, 0.01])
  func theNetworkOnlineAgreesWithTheBatch(tolerance: Double) throws {
    for seed in 0..<200 as Range<UInt64> {
      let world = SmallWorld(seed: seed, staggered: true)
      let exact = try FluidBatch.solve(
        world.flows, over: world.capacities, paths: world.paths, receivers: world.flows.count,
        fidelity: .fluid(tolerance: 0))
      var network = try FluidNetwork(
        capacities: world.capacities, paths: world.paths, tolerance: tolerance)
      let finish = try runOnline(&network, world)
      for (index, time) in exact.flowFinish.enumerated() {
        let allowed = tolerance > 0 ? 0.2 * exact.makespan : 1e-8 * time + 4e-12
        #expect(abs(finish[index] - time) <= allowed, "seed \(seed), flow \(index)")
      }
    }
  }

  /// Adds each flow at its start, as a simulation does, and notes when it is done.
  private func runOnline(_ network: inout FluidNetwork, _ world: SmallWorld) throws -> [Double] {
    var finish = world.flows.map { _ in -1.0 }
    var previous = SimTime.zero
    func take(_ completions: [FlowCompletion]) {
      for done in completions {
        #expect(done.time >= previous && finish[Int(done.tag)] < 0)
        previous = done.time
        finish[Int(done.tag)] = done.time.seconds
      }
    }
    for index in world.flows.indices.sorted(by: { world.flows[$0].start < world.flows[$1].start }) {
      let flow = world.flows[index]
      let start = SimTime.zero + SimDuration(seconds: flow.start)
      while let instant = network.nextInstant(), instant < start {
        take(network.advance(to: instant))
      }
      try network.add(
        [NetworkFlow(path: flow.path, bytes: flow.bytes, tag: Int32(index))], group: 0, at: start)
    }
    var steps = 0
    while let instant = network.nextInstant() {
      take(network.advance(to: instant))
      steps += 1
      if steps > 10_000 { break }
    }
    #expect(network.flowCount == 0 && finish.allSatisfy { $0 >= 0 })
    return finish
  }
}
