public import CostModels
import WholeModel

/// Fits a training framework's constants on some models and machines, and judges them on the others.
public struct TrainingStudy: Sendable {
  /// A row with what the model says about it.
  public struct Judged: Sendable {
    public var row: TrainingRow
    /// Whether the fit did not see the row's model on its machine.
    public var heldOut: Bool
    /// Predicted tokens a second of each accelerator.
    public var tokensPerSecond: Double

    public var error: Double { tokensPerSecond / row.tokensPerSecond - 1 }
  }

  public let judged: [Judged]
  public let constants: ConstantSet
  /// The factors of the framework's releases, sorted by name.
  public let releases: [ReleaseFactor]

  /// One pair of model and machine of three is held out: the second, the fifth, … in sorted order.
  static let step = 3

  /// - Throws: a fault where the rows are too few to fit.
  public init(_ rows: [TrainingRow]) throws(TableFault) {
    let order = Set(rows.map(\.configuration)).sorted()
    let held = Set(order.indices.filter { $0 % Self.step == 1 }.map { order[$0] })
    let seen = rows.filter { !held.contains($0.configuration) }
    let fit: EngineFit
    do throws(BoundedLeastSquares.Failure) {
      fit = try EngineFit(
        TrainingEngine.self, variant: "megatron", releases: seen.map(\.release),
        measured: seen.map(Self.secondsPerToken)
      ) { values in seen.map { EngineTime(steps: Self.predicted($0, values)) } }
    } catch {
      throw TableFault(
        file: "training table", message: error.message,
        fix: "give a table of more models and machines")
    }
    constants = fit.constants
    releases = fit.releases
    judged = rows.map { row in
      let factor = fit.releases.first { $0.name == row.release }?.factor ?? 1
      return Judged(
        row: row, heldOut: held.contains(row.configuration),
        tokensPerSecond: 1 / (factor * Self.predicted(row, fit.constants.values)))
    }
  }

  /// Measured seconds of one accelerator for a token.
  private static func secondsPerToken(_ row: TrainingRow) -> Double { 1 / row.tokensPerSecond }

  private static func predicted(_ row: TrainingRow, _ values: [Double]) -> Double {
    TrainingEngine(values: values).seconds(row.parts) * Double(row.plan.accelerators)
      / row.plan.tokens
  }
}
