internal import CGLPKShim
public import LinearModel

/// Solves a ``LinearModel`` with GLPK: simplex, then branch and bound where variables are integer.
///
/// The whole run happens on the calling thread, because GLPK keeps its state per thread;
/// solvers on several threads do not disturb each other. GLPK's internal errors are caught and
/// thrown as ``SolverError``; they never end the process.
public struct GLPKSolver: Sendable {
  /// When to stop and how to search.
  public struct Options: Sendable {
    /// Wall time after which the best solution so far is returned; `nil` for none.
    public var timeLimit: Double?
    /// Nodes after which the best solution so far is returned; reproducible, unlike a time limit.
    public var nodeLimit: Int?
    /// The relative gap that counts as proven; 0 asks for the optimum.
    public var relativeGap: Double
    /// Pseudo-cost branching, best-projection backtracking and cuts instead of GLPK's defaults.
    public var strongSearch: Bool
    /// A known solution, offered to the search at its first node.
    public var incumbent: [Double]?

    public init(
      timeLimit: Double? = nil, nodeLimit: Int? = nil, relativeGap: Double = 0,
      strongSearch: Bool = true, incumbent: [Double]? = nil
    ) {
      self.timeLimit = timeLimit
      self.nodeLimit = nodeLimit
      self.relativeGap = relativeGap
      self.strongSearch = strongSearch
      self.incumbent = incumbent
    }
  }

  public init() {}

  /// The best solution found within the options' limits, checked against the model.
  ///
  /// - Parameters:
  ///   - heuristic: Given the relaxation's values at a node, may return a solution to try.
  ///   - onProgress: Called at nodes and new incumbents; returning `false` stops the search.
  /// - Throws: ``SolverError``; reaching a limit is a status, not an error.
  public func solve(
    _ model: LinearModel, options: Options = Options(),
    heuristic: (([Double]) -> [Double]?)? = nil,
    onProgress: ((SolverProgress) -> Bool)? = nil
  ) throws(SolverError) -> LinearSolution {
    let program = try FlatProgram(model)
    if let incumbent = options.incumbent, let violation = model.violations(of: incumbent).first {
      throw .invalidModel(
        model: model.name, subject: "incumbent", reason: violation.description)
    }
    let start = ContinuousClock.now
    let outcome = SolverSession(model, program, options, heuristic, onProgress).run()
    let elapsed = ContinuousClock.now - start
    return try Self.checked(outcome, of: model, seconds: elapsed / .seconds(1))
  }

  private static func checked(
    _ outcome: SolverOutcome, of model: LinearModel, seconds: Double
  ) throws(SolverError) -> LinearSolution {
    let status = try outcome.status(of: model)
    let improving: Double = model.direction == .minimize ? -.infinity : .infinity
    guard status == .optimal || status == .feasible else {
      return LinearSolution(
        status: status, values: [], objective: .nan, bound: improving, rowDuals: [],
        nodes: outcome.nodes, seconds: seconds)
    }
    let values = zip(model.variables, outcome.values).map {
      $0.domain == .integer ? $1.rounded() : $1
    }
    // A rounded integer may shift a row by its coefficient times 1e-5, GLPK's own tolerance.
    if let violation = model.violations(of: values, tolerance: 1e-5).first {
      throw .wrongAnswer(model: model.name, violation: violation.description)
    }
    let objective = model.objectiveValue(of: values)
    let constant = model.objective.constant
    return LinearSolution(
      status: status, values: values, objective: objective,
      bound: outcome.bound.map { $0 + constant } ?? improving,
      rowDuals: model.hasIntegers ? [] : outcome.rowDuals, nodes: outcome.nodes, seconds: seconds)
  }
}
