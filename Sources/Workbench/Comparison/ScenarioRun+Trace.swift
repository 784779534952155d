import Diagnostics
import Domain
public import Plan
import Scenarios
import TokenRouting

extension ScenarioRun {
  /// One step of one cell in full, for a trace.
  ///
  /// - Parameter cell: the cell's name, such as `contiguous/ep`; the first by default.
  /// - Throws: ``WorkbenchError`` where there is no such cell or step.
  public func trace(
    step: Int, cell name: String?
  ) throws(WorkbenchError) -> (plan: ExecutionPlan, record: RunRecord) {
    guard (0..<stepLimit).contains(step) else {
      throw .finding(
        .outOfRange, file: scenario.file, "there is no step \(step)",
        help: ["steps run from 0 to \(stepLimit - 1)"])
    }
    let index = try cellIndex(named: name)
    let cell = cells[index]
    return try cell.run(routing.step(step), as: cell.session(before: step, of: routing))
  }
}
