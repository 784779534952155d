public import CostModels
private import WholeModel

/// Fits an engine's constants on some configurations and judges them on the others.
public struct ServingStudy: Sendable {
  /// A row with what the model says about it.
  public struct Judged: Sendable {
    public var row: ServingRow
    /// Whether the fit did not see the row's configuration.
    public var heldOut: Bool
    /// Predicted milliseconds between tokens and to the first.
    public var tokenMilliseconds: Double
    public var firstTokenMilliseconds: Double
    /// Whether requests wait for memory, so that the time to the first token holds a queue.
    public var queues: Bool

    public var error: Double { tokenMilliseconds / row.tokenMilliseconds - 1 }
  }

  public let judged: [Judged]
  /// The constants of every engine, sorted by name.
  public let engines: [ConstantSet]
  public let failures: [Calibrator.FitFailure]

  /// The factors of all releases, sorted by name.
  public let releases: [ReleaseFactor]

  /// One configuration of two is held out: the second, the fourth, … in sorted order.
  static let step = 2

  public init(_ rows: [ServingRow], prediction: ServingPrediction = ServingPrediction()) {
    let order = Set(rows.map(\.configuration)).sorted()
    let held = Set(order.indices.filter { $0 % Self.step == 1 }.map { order[$0] })
    let known = rows.compactMap { row in prediction.load(row).map { (row: row, load: $0) } }
    var sets: [ConstantSet] = []
    var failures: [Calibrator.FitFailure] = []
    var releases: [ReleaseFactor] = []
    for engine in Set(rows.map(\.engine)).sorted() {
      let seen = known.filter {
        $0.row.engine == engine && !held.contains($0.row.configuration) && !$0.row.queues
      }
      do throws(BoundedLeastSquares.Failure) {
        let fit = try EngineFit(
          ServingEngine.self, variant: engine, releases: seen.map(\.row.release),
          measured: seen.map { $0.row.tokenMilliseconds * 1e-3 }
        ) { values in
          let engine = ServingEngine(values: values)
          return seen.map { Self.time(engine, $0.load) }
        }
        sets.append(fit.constants)
        releases += fit.releases
      } catch {
        failures.append(
          .init(accelerator: "", variant: engine, rows: seen.count, reason: error.message))
      }
    }
    engines = sets
    self.failures = failures
    self.releases = releases
    judged = known.compactMap { row, load in
      guard let set = sets.first(where: { $0.variant == row.engine }) else { return nil }
      let engine = ServingEngine(values: set.values)
      let release = releases.first { $0.name == row.release } ?? .unknown(row.release)
      return Judged(
        row: row, heldOut: held.contains(row.configuration),
        tokenMilliseconds: release.seconds(Self.time(engine, load)) * 1e3,
        firstTokenMilliseconds: engine.secondsToFirstToken(load) * 1e3,
        queues: row.queues || load.running < row.batch)
    }
  }

  private static func time(_ engine: ServingEngine, _ load: ServingLoad) -> EngineTime {
    EngineTime(steps: engine.stepSeconds(load), prompts: engine.promptSeconds(load))
  }
}
