/// What is known after a solver stopped.
public enum SolutionStatus: String, Hashable, Sendable {
  /// Proven optimal, within the gap that was asked for.
  case optimal
  /// A solution, stopped by a limit or by the caller before the proof.
  case feasible
  /// Proven to have no solution.
  case infeasible
  /// The objective can be improved without end.
  case unbounded
  /// Stopped by a limit or by the caller before any solution was found.
  case undecided
}

/// A solver's answer, already checked against the model.
public struct LinearSolution: Sendable {
  public let status: SolutionStatus
  /// One value a variable, integers exactly whole; empty without a solution.
  public let values: [Double]
  /// The objective at ``values``, computed by the model; not a number without a solution.
  public let objective: Double
  /// What no solution can beat; infinite in the direction of improvement if nothing is proven.
  public let bound: Double
  /// The change of the objective per unit of each constraint's right side; continuous models only.
  public let rowDuals: [Double]
  /// Branch-and-bound nodes visited.
  public let nodes: Int
  /// Wall time.
  public let seconds: Double

  /// |objective − bound| / |objective|; 0 where they agree, infinite without a bound.
  public var gap: Double {
    let difference = abs(objective - bound)
    if difference == 0 { return 0 }
    return difference.isFinite
      ? difference / max(abs(objective), .leastNonzeroMagnitude) : .infinity
  }
}

/// Where a running branch-and-bound search stands.
public struct SolverProgress: Sendable {
  /// The best solution's objective so far.
  public let incumbent: Double?
  /// What no solution can beat, as far as is proven.
  public let bound: Double
  /// Branch-and-bound nodes visited.
  public let nodes: Int
}
