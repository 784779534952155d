import Diagnostics
import Domain
import Foundation
import Planner
import Testing
import Workbench

/// Plans for several workloads of one trace.
@Suite struct WorkloadSetTests {
  /// Two workloads that load opposite ends.
  static let table = """
    workload,layer,total,e0,e1,e2,e3,e4,e5,e6,e7
    chat,0,360,80,70,60,50,40,30,20,10
    chat,1,360,80,70,60,50,40,30,20,10
    code,0,360,10,20,30,40,50,60,70,80
    code,1,360,10,20,30,40,50,60,70,80

    """

  private func scenario(_ options: String, key: String = "") -> SmallScenario {
    SmallScenario(
      tokens: 1024, steps: 2, routing: "trace: { file: loads.csv\(key) }",
      placements: "[contiguous, ilp: { stepBudget: 20000, samples: 4\(options) }]",
      strategies: "[ep]")
  }

  private func folder(_ table: String = table) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(table, to: "loads.csv")
    return folder
  }

  @Test func theWorstOfThemIsPlannedFor() throws {
    let folder = try folder()
    let study = try PlanStudy(
      scenario(", workloads: [chat, code]", key: ", workload: chat").scenario(in: folder.path))
    #expect(study.problem.loadSets.map(\.name) == ["chat", "code"])
    #expect(study.problem.loadSetCombination == .worst)
    // Expert 0 is hot in one workload and cold in the other.
    #expect(study.problem.loadSets[0].loads[0][0] > 4 * study.problem.loadSets[1].loads[0][0])
    let planned = try study.solve(method: "ilp", options: PlannerOptions(stepBudget: 20_000))
    // A plan for both is judged by the worse of them, which is near an even share.
    let share = study.problem.loads[0].reduce(0, +) / 4 * 2
    #expect(planned.certificate.objective < 1.1 * share)
  }

  @Test func allAlikeAreOneSetOfSteps() throws {
    let folder = try folder()
    let study = try PlanStudy(
      scenario(", workloads: [chat, code], combine: weighted").scenario(in: folder.path))
    #expect(study.problem.loadSets.isEmpty)
    #expect(study.problem.samples.count == 8)
  }

  @Test func oneWordIsAListOfOne() throws {
    let folder = try folder()
    let study = try PlanStudy(scenario(", workloads: code").scenario(in: folder.path))
    #expect(study.problem.loadSets.map(\.name) == ["code"])
  }

  @Test func theCommandLineSaysItToo() throws {
    let folder = try folder()
    var inputs = PlanningInputs()
    inputs.workloads = ["code", "chat"]
    inputs.combination = .weighted
    let study = try PlanStudy(scenario("").scenario(in: folder.path), inputs: inputs)
    #expect(study.problem.samples.count == 8)
  }

  /// Tables of domains are chosen from in the same way.
  @Test func domainsAreWorkloadsToo() throws {
    let folder = try folder(Self.table.replacingOccurrences(of: "workload,", with: "domain,"))
    let study = try PlanStudy(scenario(", workloads: [chat]").scenario(in: folder.path))
    #expect(study.problem.loadSets.map(\.name) == ["chat"])
  }

  @Test func aWorkloadThatIsNotThereIsAFinding() throws {
    let folder = try folder()
    let found = findings {
      try PlanStudy(scenario(", workloads: [chat, prose]").scenario(in: folder.path))
    }
    #expect(found.map(\.code) == [.routingMismatch])
    #expect(found.first?.message.contains("'prose'") == true)
    var drawn = scenario(", workloads: [chat]")
    drawn.routing = "zipf: { exponent: 1 }"
    let other = findings { try PlanStudy(drawn.scenario()) }
    #expect(other.first?.message.contains("only a trace has workloads") == true)
  }
}
