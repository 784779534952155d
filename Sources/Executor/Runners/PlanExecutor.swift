internal import Kernels

/// What one run of a plan took.
public struct ExecutedStep: Hashable, Sendable {
  /// Seconds of every operation of the plan.
  public var seconds: [Double]
  /// Seconds from the common start to the last rank's end, where ranks ran side by side.
  public var wallSeconds: Double?
  /// Seconds that the engine itself took: everything but operations and messages.
  public var engineSeconds: Double?

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

  /// Adds up what the processes' ranks computed.
  func combine(_ fingerprint: Fingerprint) throws(ExecutionError) -> Fingerprint
}

/// Where all ranks live in this process there is nothing to bring together.
extension PlanExecutor {
  public func combine(_ agreement: Agreement) throws(ExecutionError) -> Agreement { agreement }

  public func combine(_ fingerprint: Fingerprint) throws(ExecutionError) -> Fingerprint {
    fingerprint
  }
}

extension VirtualRunner: PlanExecutor {
  public func execute(_ world: PlanWorld) throws(ExecutionError) -> ExecutedStep {
    let start = clock.now
    let seconds = try run(world)
    var step = ExecutedStep(seconds: seconds)
    step.engineSeconds = max(0, clock.now - start - seconds.reduce(0, +))
    return step
  }
}
