/// What one run of a plan took.
public struct ExecutedStep: Hashable, Sendable {
  /// Seconds of every operation of the plan.
  public var seconds: [Double]
  /// Seconds from the common start to the last rank's end, where ranks ran side by side.
  public var wallSeconds: Double?

  public init(seconds: [Double], wallSeconds: Double? = nil) {
    self.seconds = seconds
    self.wallSeconds = wallSeconds
  }
}

/// Anything that carries out plans on real memory.
public protocol PlanExecutor {
  /// The programs of the ranks that live in this process.
  var programs: [RankProgram] { get }

  /// Carries out `world`'s plan once.
  ///
  /// - Throws: ``ExecutionError`` where the plan cannot be carried out.
  func execute(_ world: PlanWorld) throws(ExecutionError) -> ExecutedStep

  /// Adds up what the processes found: counted things by sum, differences by the largest.
  func combine(_ agreement: Agreement) throws(ExecutionError) -> Agreement
}

extension VirtualRunner: PlanExecutor {
  public func execute(_ world: PlanWorld) throws(ExecutionError) -> ExecutedStep {
    ExecutedStep(seconds: try run(world))
  }

  public func combine(_ agreement: Agreement) -> Agreement { agreement }
}
