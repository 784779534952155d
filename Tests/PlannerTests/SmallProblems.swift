import Foundation

@testable import Planner

/// Seeded tiny problems of every kind, small enough to try all placements.
enum SmallProblems {
  static func make(seed: Int) -> PlacementProblem {
    var random = SearchRandom(seed: UInt64(seed), stream: 99)
    // Chains are tried pair by pair of layers, so they are smaller.
    let coupled = seed % 5 >= 3
    let ranks = 1 + random.below(coupled ? 2 : 3)
    let experts = 1 + random.below(coupled ? 3 : 4)
    let slots = (experts + ranks - 1) / ranks + random.below(2)
    let layers = 1 + random.below(3)
    func row() -> [Double] { (0..<experts).map { _ in Double(random.below(40)) } }
    let loads = (0..<layers).map { _ in row() }
    let samples = (0..<1 + random.below(3)).map { _ in (0..<layers).map { _ in row() } }
    let kinds: [PlacementObjective] = [
      .balance, .expected, .conditionalValueAtRisk(tailFraction: 0.4), .joint,
      .traffic(layerLoadCaps: loads.map { 2 * $0.reduce(0, +) }),
    ]
    var problem = PlacementProblem(
      name: "seed \(seed)", loads: loads, samples: samples, ranks: ranks,
      ranksPerNode: 1 + random.below(2), slotsPerRank: slots, objective: kinds[seed % 5])
    problem.costs = TokenCosts(
      computeNanoseconds: 5, intraNodeNanoseconds: 1, interNodeNanoseconds: 3)
    problem.transitions = (0..<layers - 1).map { _ in
      (0..<experts * 2).map { _ in
        ExpertTransition(
          source: random.below(experts), destination: random.below(experts),
          tokens: Double(random.below(20)))
      }
    }
    if random.below(4) == 0 {
      problem.rankSlowdown = (0..<ranks).map { _ in 1 + Double(random.below(3)) / 2 }
    }
    return problem
  }
}

/// All placements of a tiny problem, tried one by one.
struct BruteForce {
  let problem: PlacementProblem

  /// Every way to fill the ranks of one layer such that each expert has a copy.
  var rows: [[Int]] {
    let subsets = (0..<1 << problem.experts).map { mask in
      (0..<problem.experts).filter { mask >> $0 & 1 == 1 }
    }.filter { $0.count <= problem.slotsPerRank }
    var partial: [[[Int]]] = [[]]
    for _ in 0..<problem.ranks {
      partial = partial.flatMap { start in subsets.map { start + [$0] } }
    }
    return partial.filter { Set($0.joined()).count == problem.experts }.map { lists in
      PlacementSlots(lists: [lists], slotsPerRank: problem.slotsPerRank).layers[0]
    }
  }

  /// The smallest objective of any feasible placement, by dynamic programming over layers.
  var optimum: Double {
    let rows = rows
    var best = rows.map { layerCost(0, $0) }
    for layer in 1..<max(1, problem.layers) {
      best = rows.map { row in
        let own = layerCost(layer, row)
        guard own.isFinite else { return .infinity }
        guard problem.objective.couplesLayers else { return own + (best.min() ?? 0) }
        return own
          + zip(rows, best).reduce(.infinity) { least, previous in
            previous.1.isFinite
              ? min(least, previous.1 + boundaryCost(layer - 1, previous.0, row)) : least
          }
      }
    }
    return best.min() ?? .infinity
  }

  private func single(_ row: [Int]) -> PlacementSlots {
    PlacementSlots(ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: [row])
  }

  private func layerCost(_ layer: Int, _ row: [Int]) -> Double {
    let loads = LayerLoads(problem, layer: layer)
    let maxima = loads.rows.map { largestLoad(of: $0, row) }
    if case .traffic(let caps) = problem.objective {
      return maxima[0] > caps[layer] ? .infinity : 0
    }
    return loads.risk.value(of: maxima) * problem.computeScale
  }

  private func largestLoad(of tokens: [Double], _ row: [Int]) -> Double {
    (0..<problem.ranks).map { rank in
      single(row).experts(ofRank: rank, inLayer: 0).reduce(0) { sum, expert in
        sum + tokens[expert] / Double(row.filter { $0 == expert }.count)
      } * (problem.rankSlowdown.isEmpty ? 1 : problem.rankSlowdown[rank])
    }.max() ?? 0
  }

  /// Flow by flow and pair of ranks by pair of ranks, as the schema's README writes it.
  private func boundaryCost(_ layer: Int, _ first: [Int], _ second: [Int]) -> Double {
    let (ranks, size) = (problem.ranks, problem.slotsPerRank)
    func share(_ row: [Int], _ expert: Int, _ rank: Int) -> Double {
      let here = row[rank * size..<(rank + 1) * size].contains(expert)
      return here ? 1 / Double(row.filter { $0 == expert }.count) : 0
    }
    var cost = Array(repeating: Array(repeating: 0.0, count: ranks), count: ranks)
    for flow in problem.transitions[layer] {
      for g in 0..<ranks {
        for h in 0..<ranks where g != h {
          let near = g / problem.ranksPerNode == h / problem.ranksPerNode
          cost[g][h] +=
            (near ? 1 : 3) * flow.tokens * share(first, flow.source, g)
            * share(second, flow.destination, h)
        }
      }
    }
    if case .traffic = problem.objective { return cost.joined().reduce(0, +) }
    let sent = cost.map { $0.reduce(0, +) }.max() ?? 0
    let received = (0..<ranks).map { h in cost.reduce(0) { $0 + $1[h] } }.max() ?? 0
    return max(sent, received)
  }
}

/// Where the project's shared data is, if it is there.
enum SharedData {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["SHUNT_SHARED_DATA"] {
      return URL(fileURLWithPath: path)
    }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../shared/data").standardized
  }()

  static var exists: Bool { FileManager.default.fileExists(atPath: folder.path) }

  static func problem(_ name: String) throws -> PlacementProblem {
    try PlacementProblem(
      json: Data(contentsOf: folder.appending(path: "planning/\(name).json")))
  }

  /// The first layers of a public problem, which debug builds solve in a moment.
  static func problem(_ name: String, layers: Int) throws -> PlacementProblem {
    var problem = try problem(name)
    problem.loads = Array(problem.loads.prefix(layers))
    problem.samples = problem.samples.map { Array($0.prefix(layers)) }
    problem.layerNumbers = Array(problem.layerNumbers.prefix(layers))
    problem.transitions = Array(problem.transitions.prefix(layers - 1))
    problem.rankMemoryBytes = []
    return problem
  }
}
