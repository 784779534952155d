extension SmallStates {
  /// For a joint objective, the placements of each layer that an optimal plan may use.
  ///
  /// A layer's placement could be replaced by the one of smallest load, under any names of its
  /// ranks, without the flows on its two sides costing more than they can at all. So its own load
  /// costs at most that much more than the smallest. What flows cost at most follows from loads, so
  /// the limits are lowered a few times.
  struct Pruning {
    /// For each boundary, by how much its cost can differ between plans, ns.
    private(set) var spread: [Double] = []
    private(set) var states: [SmallStates] = []

    /// - Returns: `nil` if the placements are too many.
    init?(_ problem: PlacementProblem, rowLimit: Int, _ run: inout PlanningRun) {
      guard case .joint = problem.objective, problem.ranks <= 5,
        Set(problem.rankSlowdown).count <= 1, problem.loadSets.isEmpty,
        problem.costs.computeNanoseconds > 0
      else { return nil }
      let capacity = Array(repeating: problem.slotsPerRank, count: problem.ranks)
      let alpha = problem.costs.computeNanoseconds
      var searches: [LayerEnumeration] = []
      var least: [Double] = []
      for layer in 0..<problem.layers {
        guard !run.checkStop(), !run.hasUsed(0.6),
          var search = LayerEnumeration(
            problem, layer: layer, capacity: capacity, nodeLimit: 400_000),
          let best = search.best(below: Self.reached(problem, layer, capacity))
        else { return nil }
        searches.append(search)
        least.append(best.value * alpha)
      }
      var limits = Array(repeating: Double.infinity, count: problem.layers)
      for _ in 0..<6 {
        spread = Self.spread(problem, limits)
        for layer in limits.indices {
          let before = layer > 0 ? spread[layer - 1] : 0
          let after = layer < spread.count ? spread[layer] : 0
          limits[layer] = min(limits[layer], (least[layer] + before + after) * (1 + 1e-9))
        }
      }
      let names = Self.permutations(problem.ranks)
      for layer in 0..<problem.layers {
        guard !run.checkStop(), !run.hasUsed(0.6),
          let rows = searches[layer].all(
            upTo: limits[layer] / alpha, count: rowLimit / names.count)
        else { return nil }
        states.append(SmallStates(problem, rows: Self.renamed(rows, names, problem)))
      }
    }

    /// Tokens of the busiest rank in a plan that is easily made, and a little more.
    private static func reached(
      _ problem: PlacementProblem, _ layer: Int, _ capacity: [Int]
    ) -> Double {
      let row = BalancedMethod.row(of: problem, layer: layer, capacity: capacity)
      guard let value = try? problem.layerValue(of: row, layer: layer) else { return .infinity }
      return value / problem.computeScale * (1 + 1e-6) + 1e-6
    }

    /// What a boundary costs at most less what it costs at least, for placements within `limits`.
    private static func spread(_ problem: PlacementProblem, _ limits: [Double]) -> [Double] {
      let slow = problem.rankSlowdown.first ?? 1
      let dearest =
        problem.nodes > 1
        ? max(problem.costs.intraNodeNanoseconds, problem.costs.interNodeNanoseconds)
        : problem.costs.intraNodeNanoseconds
      return problem.transitions.indices.map { layer in
        var (sent, received) = (
          Array(repeating: 0.0, count: problem.experts),
          Array(repeating: 0.0, count: problem.experts)
        )
        for flow in problem.transitions[layer] {
          sent[flow.source] += flow.tokens
          received[flow.destination] += flow.tokens
        }
        func most(_ flows: [Double], _ layer: Int) -> Double {
          let total = flows.reduce(0, +)
          let perToken =
            zip(flows, problem.loads[layer]).map { flow, load in
              flow == 0 ? 0 : load > 0 ? flow / load : .infinity
            }.max() ?? 0
          let tokens = limits[layer] / (problem.costs.computeNanoseconds * slow)
          let ofRank = perToken * tokens
          return ofRank.isFinite ? min(total, ofRank) : total
        }
        let atMost = dearest * max(most(sent, layer), most(received, layer + 1))
        let atLeast = CommunicationBound.total(problem, after: layer) / Double(problem.ranks)
        return max(0, atMost - atLeast)
      }
    }

    private static func permutations(_ count: Int) -> [[Int]] {
      guard count > 1 else { return [Array(0..<count)] }
      return permutations(count - 1).flatMap { shorter in
        (0..<count).map { place in
          shorter[..<place] + [count - 1] + shorter[place...]
        }
      }
    }

    /// Every row under all names of its ranks, each once.
    private static func renamed(
      _ rows: [[Int]], _ names: [[Int]], _ problem: PlacementProblem
    ) -> [[Int]] {
      let size = problem.slotsPerRank
      var result: [[Int]] = []
      for row in rows {
        var seen: Set<[Int]> = []
        for order in names {
          let renamed = order.flatMap { row[$0 * size..<($0 + 1) * size] }
          if seen.insert(renamed).inserted { result.append(renamed) }
        }
      }
      return result
    }
  }
}
