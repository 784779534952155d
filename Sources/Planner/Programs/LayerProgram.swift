internal import LinearModel

/// The placement of one layer as an integer program, without ideas: every expert has some number
/// of copies, every copy is on some rank, and the busiest rank of each sample bounds its load.
///
/// Minimise the risk of z, where for every sample b and rank g
/// z_b ≥ slowdown_g · Σ_e Σ_k (w_be / k) · hosted[e, k, g], and an expert with k copies is hosted
/// on k ranks. Tokens are divided by the mean rank load, so that coefficients are near 1.
struct LayerProgram {
  private(set) var model: LinearModel
  /// Variables by expert, copies − 1 and rank.
  private let hosted: [[[Variable]]]
  private let count: [[Variable]]
  private let busiest: [Variable]
  private let tailStart: Variable?
  private let tailExcess: [Variable]
  /// Tokens of one unit of the model's objective.
  let scale: Double
  private let loads: LayerLoads
  private let problem: PlacementProblem
  private let capacity: [Int]

  /// - Parameter symmetryBroken: Puts the i-th heaviest expert on ranks 0…i only, where all ranks
  ///   are alike and nothing is replicated.
  init(
    _ problem: PlacementProblem, layer: Int, capacity: [Int], bound: Double = 0,
    symmetryBroken: Bool = false
  ) {
    self.problem = problem
    self.capacity = capacity
    let loads = LayerLoads(problem, layer: layer)
    self.loads = loads
    let total = loads.rows.reduce(0) { $0 + $1.reduce(0, +) }
    let scale = max(1e-9, total / Double(loads.rows.count * problem.ranks))
    self.scale = scale
    let spare = max(0, capacity.reduce(0, +) - problem.experts)
    let most = min(problem.ranks, spare + 1)
    var model = LinearModel(name: "layer \(problem.layerNumbers[layer]) of \(problem.name)")
    let hosted = (0..<problem.experts).map { expert in
      (1...most).map { copies in
        (0..<problem.ranks).map {
          model.binary("expert \(expert) as one of \(copies) on rank \($0)")
        }
      }
    }
    let count = (0..<problem.experts).map { expert in
      (1...most).map { model.binary("expert \(expert) has \($0) copies") }
    }
    let busiest = loads.rows.indices.map {
      model.variable("busiest rank of sample \($0)")
    }
    self.hosted = hosted
    self.count = count
    self.busiest = busiest
    for expert in 0..<problem.experts {
      model.require("one copy count for expert \(expert)", sum(count[expert]) { $0 } == 1.0)
      for (index, ranks) in hosted[expert].enumerated() {
        let copies = Double(index + 1)
        model.require(
          "\(index + 1) copies of expert \(expert)",
          sum(ranks) { $0 } == copies * count[expert][index])
      }
    }
    for rank in 0..<problem.ranks {
      model.require(
        "slots of rank \(rank)",
        sum(hosted) { copies in sum(copies) { $0[rank] } } <= Double(capacity[rank]))
      for (sample, row) in loads.rows.enumerated() {
        let slow = problem.slowdown(ofRank: rank) / scale
        let load = sum(0..<problem.experts) { expert in
          sum(0..<most) { (slow * row[expert] / Double($0 + 1)) * hosted[expert][$0][rank] }
        }
        model.require("load of rank \(rank) in sample \(sample)", load <= busiest[sample])
      }
    }
    switch loads.risk {
    case .mean(let weights):
      (tailStart, tailExcess) = (nil, [])
      model.minimize(sum(busiest.indices) { weights[$0] * busiest[$0] })
    case .tail(let tail):
      let start = model.variable("tail start")
      let excess = busiest.indices.map { model.variable("tail excess of sample \($0)") }
      for (sample, load) in busiest.enumerated() {
        model.require("tail of sample \(sample)", load - start <= excess[sample])
      }
      (tailStart, tailExcess) = (start, excess)
      model.minimize(start + (1 / Double(tail)) * sum(excess) { $0 })
    }
    self.model = model
    if bound > 0 {
      self.model.require("proven bound", model.objective >= bound / scale)
    }
    if symmetryBroken { breakSymmetry() }
  }

  /// Ranks are alike: the i-th heaviest expert may be kept off the ranks after the i-th.
  private mutating func breakSymmetry() {
    let alike = Set(capacity).count == 1 && Set(problem.rankSlowdown).count <= 1
    guard alike, hosted.first?.count == 1 else { return }
    let weights = (0..<problem.experts).map { expert in
      loads.rows.reduce(0) { $0 + $1[expert] }
    }
    let order = weights.indices.sorted { weights[$0] > weights[$1] }
    for (place, expert) in order.prefix(problem.ranks).enumerated() {
      for rank in place + 1..<max(place + 1, problem.ranks) {
        model.require(
          "order of expert \(expert) and rank \(rank)", hosted[expert][0][rank] <= 0.0)
      }
    }
  }

  /// The slots that a solution of the program means.
  func row(of values: [Double]) -> [Int] {
    var row = Array(repeating: PlacementSlots.empty, count: problem.slots)
    var used = Array(repeating: 0, count: problem.ranks)
    for (expert, copies) in hosted.enumerated() {
      for rank in 0..<problem.ranks where copies.contains(where: { values[$0[rank].index] > 0.5 }) {
        row[rank * problem.slotsPerRank + used[rank]] = expert
        used[rank] += 1
      }
    }
    return row
  }

  /// The program's values for a row of slots, to be injected as an incumbent.
  func values(of row: [Int]) -> [Double] {
    let slots = PlacementSlots(
      ranks: problem.ranks, slotsPerRank: problem.slotsPerRank, layers: [row])
    let holders = renumbered(slots.ranksByExpert(inLayer: 0, experts: problem.experts))
    var values = Array(repeating: 0.0, count: model.variables.count)
    for (expert, ranks) in holders.enumerated() {
      values[count[expert][ranks.count - 1].index] = 1
      for rank in ranks { values[hosted[expert][ranks.count - 1][rank].index] = 1 }
    }
    let maxima = loads.rows.map { maximum(of: $0, holders) / scale }
    for (sample, largest) in maxima.enumerated() { values[busiest[sample].index] = largest }
    if let tailStart, case .tail(let tail) = loads.risk {
      let start = maxima.sorted(by: >)[tail - 1]
      values[tailStart.index] = start
      for (sample, largest) in maxima.enumerated() {
        values[tailExcess[sample].index] = max(0, largest - start)
      }
    }
    return values
  }

  private func maximum(of row: [Double], _ holders: [[Int]]) -> Double {
    var loads = Array(repeating: 0.0, count: problem.ranks)
    for (expert, ranks) in holders.enumerated() {
      for rank in ranks {
        loads[rank] += row[expert] / Double(ranks.count) * problem.slowdown(ofRank: rank)
      }
    }
    return loads.max() ?? 0
  }

  /// Renames ranks so that the heaviest expert is on rank 0, the next new rank is 1 and so on,
  /// which broken symmetry asks for and costs nothing where ranks are alike.
  private func renumbered(_ holders: [[Int]]) -> [[Int]] {
    guard model.constraints.last?.name.hasPrefix("order of") == true else { return holders }
    let weights = (0..<problem.experts).map { expert in
      loads.rows.reduce(0) { $0 + $1[expert] }
    }
    var names = Array(repeating: -1, count: problem.ranks)
    var next = 0
    for expert in weights.indices.sorted(by: { weights[$0] > weights[$1] }) {
      for rank in holders[expert] where names[rank] < 0 {
        names[rank] = next
        next += 1
      }
    }
    for rank in names.indices where names[rank] < 0 {
      names[rank] = next
      next += 1
    }
    return holders.map { $0.map { names[$0] } }
  }
}
