internal import CGLPKShim
internal import LinearModel

/// What the C call left behind.
struct SolverOutcome {
  let code: Int
  let rawStatus: Int
  let bound: Double?
  let nodes: Int
  let values: [Double]
  let rowDuals: [Double]
  let message: String

  func status(of model: LinearModel) throws(SolverError) -> SolutionStatus {
    switch rawStatus {
    case Int(SHUNT_GLPK_OPTIMAL): return .optimal
    // Stopped by the gap tolerance: what was asked for is proven. 0x0E is GLPK's GLP_EMIPGAP.
    case Int(SHUNT_GLPK_FEASIBLE): return code == 0x0E ? .optimal : .feasible
    case Int(SHUNT_GLPK_INFEASIBLE): return .infeasible
    case Int(SHUNT_GLPK_UNBOUNDED): return .unbounded
    case Int(SHUNT_GLPK_UNDECIDED): return .undecided
    case Int(SHUNT_GLPK_ABORTED):
      throw .internalError(model: model.name, message: message)
    default: throw .failed(model: model.name, code: code)
    }
  }
}

/// One run of the C call with its callbacks; a class because C holds a pointer to it meanwhile.
final class SolverSession {
  private let model: LinearModel
  private let program: FlatProgram
  private let options: GLPKSolver.Options
  private let heuristic: (([Double]) -> [Double]?)?
  private let onProgress: ((SolverProgress) -> Bool)?

  init(
    _ model: LinearModel, _ program: FlatProgram, _ options: GLPKSolver.Options,
    _ heuristic: (([Double]) -> [Double]?)?, _ onProgress: ((SolverProgress) -> Bool)?
  ) {
    self.model = model
    self.program = program
    self.options = options
    self.heuristic = heuristic
    self.onProgress = onProgress
  }

  func run() -> SolverOutcome {
    var values = [Double](repeating: 0, count: model.variables.count)
    var duals = [Double](repeating: 0, count: max(1, model.constraints.count))
    var result = shunt_glpk_result()
    values.withUnsafeMutableBufferPointer { values in
      duals.withUnsafeMutableBufferPointer { duals in
        result.values = values.baseAddress
        result.row_duals = duals.baseAddress
        withOptions { control in
          program.withProgram(maximize: model.direction == .maximize) { flat in
            withUnsafePointer(to: flat) { shunt_glpk_solve($0, control, &result) }
          }
        }
      }
    }
    return SolverOutcome(
      code: Int(result.code), rawStatus: Int(result.status),
      bound: result.has_bound != 0 ? result.bound : nil, nodes: Int(result.nodes), values: values,
      rowDuals: Array(duals.prefix(model.constraints.count)), message: result.text)
  }

  private func withOptions(_ body: (UnsafePointer<shunt_glpk_options>) -> Void) {
    var control = shunt_glpk_options()
    control.time_limit_seconds = options.timeLimit ?? -1
    control.node_limit = options.nodeLimit.map { Int32(clamping: $0) } ?? -1
    control.relative_gap = options.relativeGap
    control.strong = options.strongSearch ? 1 : 0
    control.context = Unmanaged.passUnretained(self).toOpaque()
    if onProgress != nil { control.progress = reportProgress }
    if heuristic != nil { control.heuristic = proposeCandidate }
    (options.incumbent ?? []).withUnsafeBufferPointer { incumbent in
      control.incumbent = options.incumbent == nil ? nil : incumbent.baseAddress
      body(&control)
    }
  }

  fileprivate func shouldStop(_ progress: SolverProgress) -> Bool {
    onProgress.map { !$0(progress) } ?? false
  }

  /// Writes the heuristic's proposal to `candidate` if it is feasible; GLPK checks nothing itself.
  fileprivate func propose(
    _ relaxation: UnsafePointer<Double>, _ candidate: UnsafeMutablePointer<Double>
  ) -> Bool {
    let count = model.variables.count
    let values = Array(UnsafeBufferPointer(start: relaxation, count: count))
    guard let proposal = heuristic?(values), model.violations(of: proposal).isEmpty else {
      return false
    }
    candidate.update(from: proposal, count: count)
    return true
  }

  fileprivate var constant: Double { model.objective.constant }
}

private func reportProgress(
  context: UnsafeMutableRawPointer?, hasIncumbent: Int32, incumbent: Double, bound: Double,
  nodes: Int32
) -> Int32 {
  guard let context else { return 0 }
  let session = Unmanaged<SolverSession>.fromOpaque(context).takeUnretainedValue()
  let progress = SolverProgress(
    incumbent: hasIncumbent != 0 ? incumbent + session.constant : nil,
    bound: bound + session.constant, nodes: Int(nodes))
  return session.shouldStop(progress) ? 1 : 0
}

private func proposeCandidate(
  context: UnsafeMutableRawPointer?, relaxation: UnsafePointer<Double>?,
  candidate: UnsafeMutablePointer<Double>?
) -> Int32 {
  guard let context, let relaxation, let candidate else { return 0 }
  let session = Unmanaged<SolverSession>.fromOpaque(context).takeUnretainedValue()
  return session.propose(relaxation, candidate) ? 1 : 0
}

extension shunt_glpk_result {
  /// GLPK's message on one line.
  var text: String {
    withUnsafeBytes(of: message) { bytes in
      let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      return text.split(separator: "\n").joined(separator: "; ")
    }
  }
}

/// Makes GLPK fail internally on this thread and returns what it said, to test the escape.
package func provokeInternalError() -> String {
  var result = shunt_glpk_result()
  shunt_glpk_provoke_abort(&result)
  return result.status == Int32(SHUNT_GLPK_ABORTED) ? result.text : ""
}
