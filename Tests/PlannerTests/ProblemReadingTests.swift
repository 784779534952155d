import Foundation
import Planner
import Testing

@Suite struct ProblemReadingTests {
  /// A valid file of one layer with three experts on two ranks.
  private static func file(_ changes: [String: Any] = [:]) throws -> Data {
    var fields: [String: Any] = [
      "schema": "moe-placement-1", "name": "tiny", "model": "m", "layers": 1, "experts": 3,
      "top_k": 1, "gpus": 2, "gpus_per_node": 2, "slots_per_gpu": 2, "expert_bytes": 10,
      "gpu_expert_memory_bytes": 20, "objective": ["kind": "balance"],
      "replica_split": "even", "loads": [[1, 2, 3]], "samples": [], "transitions": [],
    ]
    fields.merge(changes) { $1 }
    fields = fields.filter { !($0.value is NSNull) }
    return try JSONSerialization.data(withJSONObject: fields)
  }

  @Test func aValidFileIsRead() throws {
    let problem = try PlacementProblem(json: Self.file())
    #expect(problem.loads == [[1, 2, 3]])
    #expect(problem.rankMemoryBytes == [20, 20])
    #expect(problem.objective == .balance)
  }

  @Test func optionalFieldsAreRead() throws {
    let problem = try PlacementProblem(
      json: Self.file([
        "slow_ranks": [["rank": 1, "compute": 1.5]], "expert_groups": 3, "move_cost": 2.5,
        "current_placement": [[[0, 1], [2]]], "protected_experts": [["layer": 0, "expert": 2]],
        "load_sets": [["name": "chat", "weight": 2, "loads": [[3, 3, 3]]]],
        "load_set_combination": "weighted", "gpu_expert_memory_bytes": [20, 30],
      ]))
    #expect(problem.rankSlowdown == [1, 1.5])
    #expect(problem.expertGroups == 3)
    #expect(problem.currentPlacement?.layers == [[0, 1, 2, -1]])
    #expect(problem.protectedExperts == [ProtectedExpert(layer: 0, expert: 2)])
    #expect(problem.loadSets.map(\.name) == ["chat"])
    #expect(problem.rankMemoryBytes == [20, 30])
  }

  @Test(arguments: [
    ("schema", "v2" as any Sendable, "schema: 'v2' is unknown"),
    ("loads", [[1, -2, 3]], "loads[0][1]: -2.0 tokens"),
    ("loads", [[1, 2.5, 3]], "loads[0][1]: 2.5 is a fraction"),
    ("loads", [[1, 2]], "loads[0]: 2 counts for 3 experts"),
    ("loads", [["x"]], "loads[0][0]: not a number"),
    ("loads", NSNull(), "loads: missing"),
    ("layers", 0, "loads: 1 rows for 0 layers"),
    ("gpus", 0, "gpus: 0 is not positive"),
    ("gpus", 1, "slots_per_gpu: 2 slots in all for 3 experts"),
    ("top_k", 4, "top_k: 4 of 3 experts"),
    ("replica_split", "odd", "replica_split: 'odd' is unknown"),
    ("objective", ["kind": "speed"], "objective.kind: 'speed' is unknown"),
    ("objective", ["kind": "cvar"], "objective.tail_fraction: missing"),
    ("objective", ["kind": "expected"], "samples: none for objective 'expected'"),
    ("objective", ["kind": "joint"], "cost: missing"),
    ("slow_ranks", [["rank": 7, "compute": 2]], "slow_ranks[0].rank: 7 of 2"),
    ("expert_groups", 2, "expert_groups: 2 of 3 experts"),
    ("move_cost", 1, "current_placement: missing"),
    ("samples", [[[1, 2, -3]]], "samples[0][0][2]: -3.0 tokens"),
    ("gpus", 1_000_000_000, "gpus: 1000000000 is beyond what can be planned"),
    ("gpus", Int.max, "gpus: 9223372036854775807 is beyond"),
    ("gpus", "2", "gpus: not a whole number"),
    ("gpus", 2.5, "gpus: not a whole number"),
    ("slots_per_gpu", 1_000_000, "slots_per_gpu: 1000000 slots on each of 2 ranks"),
    ("experts", 1_000_000_000, "experts: 1000000000 is beyond"),
    ("gpus_per_node", -4, "gpus_per_node: -4 is not positive"),
    ("loads", [[1, 1e308, 3]], "loads[0][1]: 1e+308 tokens; give at most 1e15"),
    ("loads", [1, 2, 3], "loads[0]: not a list"),
    ("slow_ranks", [["rank": 0, "compute": 1e308]], "slow_ranks: not a factor"),
    ("slow_ranks", [["rank": 0, "compute": 0]], "slow_ranks: not a factor"),
    ("layer_numbers", [-3], "layer_numbers: layer -3 is negative"),
    ("layer_numbers", [1, 2], "layer_numbers: 2 layer numbers for 1 layers"),
    (
      "load_sets", [["weight": 1e308, "loads": [[1, 2, 3]]] as [String: any Sendable]],
      "load_sets[0].weight: 1e+308"
    ),
    (
      "cost",
      ["compute_ns_per_token": 1e308, "intra_ns_per_token": 1, "inter_ns_per_token": 1],
      "cost.compute_ns_per_token: 1e+308"
    ),
    ("gpu_expert_memory_bytes", [20], "gpu_expert_memory_bytes: not a size for each rank"),
    ("gpu_expert_memory_bytes", "much", "gpu_expert_memory_bytes: not a whole number"),
    ("expert_bytes", -1, "gpu_expert_memory_bytes: not a size"),
  ])
  func badFieldsAreNamed(field: String, value: any Sendable, message: String) throws {
    let data = try Self.file([field: value])
    #expect {
      try PlacementProblem(json: data)
    } throws: { error in
      let text = (error as? PlacementError)?.description ?? ""
      return text.hasPrefix(message) && text.contains("; ")
    }
  }

  @Test func lackingMemoryNamesTheRankAndTheBytes() throws {
    // 3 copies are needed, rank 1 holds 1 and rank 0 too: an even share is 2 copies, 20 bytes.
    let data = try Self.file(["gpu_expert_memory_bytes": [15, 10]])
    let error = #expect(throws: PlacementError.self) { try PlacementProblem(json: data) }
    #expect(error?.kind == .infeasible)
    #expect(
      error?.problem
        == "the ranks hold 2 expert copies and the model has 3; rank 0 lacks 5 bytes of an "
        + "even share of 2 copies")
  }

  @Test func memoryOfSoManyRanksIsNotSetAside() throws {
    // A number of ranks that no table could hold is refused before one is made.
    for ranks in [17_000, 1_000_000_000, Int.max] {
      let data = try Self.file(["gpus": ranks, "slow_ranks": [["rank": 0, "compute": 2]]])
      let error = #expect(throws: PlacementError.self) { try PlacementProblem(json: data) }
      #expect(error?.place == "gpus")
    }
  }

  @Test func layersHaveNumbersOfTheirOwn() throws {
    let data = try Self.file([
      "layers": 2, "loads": [[1, 2, 3], [3, 2, 1]], "layer_numbers": [4, 4],
    ])
    let error = #expect(throws: PlacementError.self) { try PlacementProblem(json: data) }
    #expect(error?.place == "layer_numbers")
  }

  @Test func aFileCutShortAnywhereIsAnError() throws {
    let data = try Self.file()
    for length in 0..<data.count {
      #expect(throws: PlacementError.self) {
        try PlacementProblem(json: data.prefix(length))
      }
    }
  }

  @Test func notANumberIsRefused() {
    let text = """
      {"schema":"moe-placement-1","layers":1,"experts":1,"gpus":1,"gpus_per_node":1,
      "slots_per_gpu":1,"objective":{"kind":"balance"},"loads":[[NaN]]}
      """
    #expect(throws: PlacementError.self) { try PlacementProblem(json: Data(text.utf8)) }
  }

  @Test func tenThousandExpertsArePlanned() throws {
    let loads = [(0..<10_000).map { Double($0 * 7919 % 1_000) }]
    let problem = PlacementProblem(
      loads: loads, ranks: 100, ranksPerNode: 10, slotsPerRank: 110)
    let plan = try PlacementPlanner.solve(problem, options: .init(stepBudget: 2_000))
    #expect(try problem.score(plan.slots).feasible)
    #expect(plan.certificate.gap < 0.01)
  }

  @Test(.enabled(if: SharedData.exists))
  func thePublicProblemsAreRead() throws {
    let problem = try SharedData.problem("gptoss_joint_g16")
    #expect(problem.layers == 36)
    #expect(problem.transitions.count == 35)
    #expect(try SharedData.problem("dsv3_cvar_g64").samples.count == 8)
  }
}
