import GLPKSolver
import LinearModel

/// The split of replicated experts' copies that leaves the busiest rank as little as possible, as a
/// linear program.
///
/// In words: every replicated expert's copies are dealt to its holders; no rank has more than *z*
/// copies; *z* is least.
///
///     min z   Σ_r x[e,r] = load[e]   base[r] + Σ_e x[e,r] ≤ z   x ≥ 0
///
/// Loads are divided by the mean rank load, so that numbers stay near one. Source: DeepSeek's LPLB
/// (github.com/deepseek-ai/LPLB) solves such a program with an interior point method on the
/// accelerator; here GLPK's simplex does.
struct ReplicaProgram {
  /// For each expert its intervals, in order of its holders.
  private(set) var intervals: [[LeastLoadedAssignment.Interval]]
  /// Rows and columns of the program; absent where no expert has copies.
  private(set) var size: (rows: Int, columns: Int)?

  /// - Parameters:
  ///   - loads: token copies of each expert over the group.
  ///   - holders: ranks that hold each expert, home first.
  /// - Throws: ``StrategyError`` where the solver fails.
  /// - Complexity: that of the simplex method, about *rows* pivots of O(*rows* × *columns*).
  init(loads: [Int], holders: [[Int]], ranks: Int) throws(StrategyError) {
    let replicated = loads.indices.filter { holders[$0].count > 1 && loads[$0] > 0 }
    intervals = loads.indices.map { expert in
      loads[expert] == 0 ? [] : [.init(rank: holders[expert][0], start: 0, end: loads[expert])]
    }
    guard !replicated.isEmpty else { return }
    var base = [Int](repeating: 0, count: ranks)
    for expert in loads.indices where holders[expert].count == 1 {
      base[holders[expert][0]] += loads[expert]
    }
    let shares = try Self.solve(
      loads: loads, holders: holders, base: base, replicated: replicated)
    size = (rows: replicated.count + ranks, columns: shares.joined().count + 1)
    for (expert, share) in zip(replicated, shares) {
      intervals[expert] = Self.whole(share, of: loads[expert], on: holders[expert])
    }
  }

  /// The copies of every replicated expert on each of its holders, not yet whole.
  private static func solve(
    loads: [Int], holders: [[Int]], base: [Int], replicated: [Int]
  ) throws(StrategyError) -> [[Double]] {
    let mean = Double(max(1, loads.reduce(0, +))) / Double(base.count)
    var model = LinearModel(name: "replica split")
    let busiest = model.variable("busiest")
    var onRank = [[Variable]](repeating: [], count: base.count)
    var parts: [[Variable]] = []
    for expert in replicated {
      let part = holders[expert].map { rank in
        let variable = model.variable("expert \(expert) on \(rank)")
        onRank[rank].append(variable)
        return variable
      }
      model.require("all of \(expert)", sum(part) { $0 } == Double(loads[expert]) / mean)
      parts.append(part)
    }
    for rank in base.indices {
      model.require(
        "load of \(rank)", sum(onRank[rank]) { $0 } + Double(base[rank]) / mean <= busiest)
    }
    model.minimize(busiest)
    let solution: LinearSolution
    do {
      solution = try GLPKSolver().solve(model)
    } catch {
      throw StrategyError("the program of 'lplb' was not solved: \(error)")
    }
    guard !solution.values.isEmpty else {
      throw StrategyError("the program of 'lplb' has no solution")
    }
    return parts.map { $0.map { max(0, solution.values[$0.index] * mean) } }
  }

  /// Whole copies by largest remainder, as intervals in order of `holders`.
  private static func whole(
    _ share: [Double], of load: Int, on holders: [Int]
  ) -> [LeastLoadedAssignment.Interval] {
    var counts = share.map { min(load, Int($0)) }
    var rest = load - counts.reduce(0, +)
    let order = share.indices.sorted {
      let (left, right) = (
        share[$0] - share[$0].rounded(.down), share[$1] - share[$1].rounded(.down)
      )
      return left != right ? left > right : $0 < $1
    }
    for index in order.cycled(upTo: max(0, rest)) {
      counts[index] += 1
      rest -= 1
    }
    // Rounding upwards in the solver can leave one copy too many.
    for index in order.reversed() where rest < 0 {
      let taken = min(counts[index], -rest)
      counts[index] -= taken
      rest += taken
    }
    var start = 0
    return zip(holders, counts).compactMap { rank, count in
      guard count > 0 else { return nil }
      defer { start += count }
      return .init(rank: rank, start: start, end: start + count)
    }
  }
}

extension Array {
  /// The first `count` elements of the array repeated without end.
  fileprivate func cycled(upTo count: Int) -> [Element] {
    isEmpty ? [] : (0..<count).map { self[$0 % self.count] }
  }
}
