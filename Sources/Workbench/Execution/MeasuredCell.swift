import Executor
import Plan
import Quantities
import Results
import Simulator
import Statistics

/// Predicted and measured times of one cell, step by step.
struct MeasuredCell {
  private(set) var predicted: [Double] = []
  private(set) var measured: [Double] = []
  /// Half the distance of the quartiles of a step's repetitions.
  private(set) var spreads: [Double] = []
  /// Seconds by kind of operation over all ranks, `[steps][kinds]`.
  private var predictedKinds: [[Double]] = []
  private var measuredKinds: [[Double]] = []

  /// Adds a step: its prediction, and its runs composed on the simulator's clock.
  ///
  /// The measured step has the median duration of every operation; where ranks ran side by side, the
  /// median of what the wall clock said.
  mutating func add(
    _ plan: ExecutionPlan, predicted record: RunRecord, runs: [ExecutedStep],
    compose: ([Double]) throws(SimulationError) -> RunRecord
  ) throws(SimulationError) {
    let medians = plan.operations.indices.map { operation in
      Self.median(runs.map { $0.seconds[operation] })
    }
    let composed = try compose(medians)
    var steps: [Double] = []
    for run in runs {
      if let wall = run.wallSeconds {
        steps.append(wall)
      } else {
        steps.append(try compose(run.seconds).makespan.seconds)
      }
    }
    let isConcurrent = runs.contains { $0.wallSeconds != nil }
    predicted.append(record.makespan.seconds)
    measured.append(isConcurrent ? Self.median(steps) : composed.makespan.seconds)
    spreads.append(Self.halfQuartileDistance(steps))
    predictedKinds.append(Self.kinds(plan, record))
    measuredKinds.append(Self.kinds(plan, composed))
  }

  /// Seconds that ranks spend by kind, waiting apart.
  private static func kinds(_ plan: ExecutionPlan, _ record: RunRecord) -> [Double] {
    StepMetrics(plan: plan, record: record).rankSeconds.dropLast().map { $0.reduce(0, +) }
  }

  /// Writes what was measured, and how far the prediction is from it, into a cell.
  func write(to cell: inout CellResult, bufferBytes: [Int]) {
    guard !measured.isEmpty else { return }
    var result = MeasuredResult(stepTime: TimeSummary(Summary(measured)))
    result.stepSeconds = measured
    result.stepSpreadSeconds = spreads
    result.bufferBytesPerRank = bufferBytes
    var seconds: [String: KindSecondsResult] = [:]
    var errors: [String: PredictionErrorResult] = [:]
    for kind in OperationKind.allCases {
      let index = Int(kind.rawValue)
      let (before, after) = (predictedKinds.map { $0[index] }, measuredKinds.map { $0[index] })
      guard after.contains(where: { $0 > 0 }) else { continue }
      seconds[kind.name] = KindSecondsResult(
        predicted: before.reduce(0, +) / Double(before.count),
        measured: after.reduce(0, +) / Double(after.count))
      errors[kind.name] = Self.error(before, after)
    }
    result.secondsByKind = seconds
    cell.measured = result
    cell.predictionError = Self.error(predicted, measured)
    cell.predictionErrorByKind = errors
  }

  private static func error(_ predicted: [Double], _ measured: [Double]) -> PredictionErrorResult {
    let errors = zip(predicted, measured).map { $1 > 0 ? abs($0 / $1 - 1) : 0 }
    let summary = Summary(errors)
    return PredictionErrorResult(median: summary.p50 ?? 0, p90: summary.p90 ?? 0)
  }

  // MARK: - Order statistics

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  private static func halfQuartileDistance(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard sorted.count > 1 else { return 0 }
    return (sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]) / 2
  }
}

/// Whether cells were predicted in the order in which they were measured.
struct Ranking {
  /// Pairs whose measured means differ by more than twice their noise.
  private(set) var compared = 0
  private(set) var asMeasured = 0

  init(_ cells: [MeasuredCell]) {
    for first in cells.indices {
      for second in cells.indices.dropFirst(first + 1) {
        let count = min(cells[first].measured.count, cells[second].measured.count)
        guard count > 0 else { continue }
        let gap = Self.gap(cells[first].measured, cells[second].measured, count)
        let noise = 2 * (Self.noise(cells[first]) + Self.noise(cells[second]))
        guard abs(gap) > noise else { continue }
        compared += 1
        let predicted = Self.gap(cells[first].predicted, cells[second].predicted, count)
        if predicted * gap > 0 { asMeasured += 1 }
      }
    }
  }

  private static func gap(_ left: [Double], _ right: [Double], _ count: Int) -> Double {
    (left.prefix(count).reduce(0, +) - right.prefix(count).reduce(0, +)) / Double(count)
  }

  /// The spread that is left in a mean of steps.
  private static func noise(_ cell: MeasuredCell) -> Double {
    let squares = cell.spreads.reduce(0) { $0 + $1 * $1 }
    return squares.squareRoot() / Double(max(1, cell.spreads.count))
  }
}
