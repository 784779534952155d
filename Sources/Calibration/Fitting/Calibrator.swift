public import CostModels
import Domain
private import Quantities
private import RealModule

/// Fits the constants of all formulas that a set of tables measures.
public struct Calibrator: Sendable {
  /// Constants to start from and to lean on; the shipped ones by default.
  public var prior: CostParameters
  /// Whether rows are kept out of the fit to judge it.
  public var holdsOut: Bool
  /// Fewest comparisons a set of constants is fitted to.
  public var fewestRows: Int

  public init(
    prior: CostParameters = .shipped, holdsOut: Bool = true, fewestRows: Int = 6
  ) {
    self.prior = prior
    self.holdsOut = holdsOut
    self.fewestRows = fewestRows
  }

  /// What a fit made.
  public struct Outcome: Sendable {
    public var parameters: CostParameters
    /// Groups of rows that could not be fitted, and why.
    public var failures: [FitFailure]
  }

  /// A group of rows without constants of its own.
  public struct FitFailure: Hashable, Sendable, Codable {
    public var accelerator: String
    public var variant: String
    public var rows: Int
    public var reason: String
  }

  /// Fits every (formula, accelerator, variant) that `tables` hold.
  ///
  /// Equal tables give equal constants to the last bit on one machine: groups are taken in sorted
  /// order and nothing is drawn.
  public func fit(_ tables: [MeasuredTable], provenance: String) -> Outcome {
    let splits = holdsOut ? tables.map { RowSplit(making: $0) } : []
    var groups: [GroupKey: [Observation]] = [:]
    for (index, table) in tables.enumerated() {
      for observation in table.observations {
        if holdsOut, splits[index].holdsOut(observation) { continue }
        groups[GroupKey(observation), default: []].append(observation)
      }
    }
    var sets: [ConstantSet] = []
    var failures: [FitFailure] = []
    for key in groups.keys.sorted() {
      let observations = groups[key] ?? []
      do throws(BoundedLeastSquares.Failure) {
        sets.append(try fitGroup(key, observations))
      } catch {
        failures.append(
          FitFailure(
            accelerator: key.accelerator, variant: key.variant, rows: observations.count,
            reason: error.message))
      }
    }
    let parameters = CostParameters(
      provenance: provenance, sets: sets, splits: splits.map(\.rule))
    return Outcome(parameters: parameters, failures: failures)
  }

  private func fitGroup(
    _ key: GroupKey, _ observations: [Observation]
  ) throws(BoundedLeastSquares.Failure) -> ConstantSet {
    guard observations.count >= fewestRows, let first = observations.first else {
      throw .init(message: "\(observations.count) rows are fewer than \(fewestRows)")
    }
    let constants = key.formula.constants
    let solver = BoundedLeastSquares(axes: constants.map(BoundedLeastSquares.Axis.init))
    let targets = observations.map { Double.log($0.quantity.seconds(cell: $0.measured)) }
    let works = observations.map(\.work)
    let model: ([Double]) -> [Double] = { values in
      works.indices.map { Double.log(works[$0].seconds(values)) - targets[$0] }
    }
    var best: BoundedLeastSquares.Solution?
    for start in starts(first) {
      let found = try solver.solve(residuals: works.count, from: start, model)
      if found.cost < best?.cost ?? .infinity { best = found }
    }
    guard let best else { throw .init(message: "no start led to a fit") }
    let errors = model(best.values).map { abs(Double.exp($0) - 1) }
    return ConstantSet(
      formula: key.formula.rawValue, accelerator: key.accelerator,
      architecture: first.machine.accelerator.architecture, variant: key.variant,
      values: best.values, linkRate: first.linkRate,
      memoryRate: first.machine.accelerator.memoryBandwidth.bytesPerSecond,
      peakRate: first.machine.accelerator.peak(for: .bf16).flopsPerSecond,
      uncertainty: best.uncertainty,
      rows: works.count,
      medianError: Quantile.of(errors, 0.5))
  }

  /// The formula's own start, and the constants that the prior would use for the group.
  private func starts(_ observation: Observation) -> [[Double]] {
    let plain = observation.formula.constants.map(\.start)
    let known = prior.resolved(observation).values
    return known == plain ? [plain] : [known, plain]
  }
}

/// What one set of constants belongs to.
private struct GroupKey: Hashable, Comparable {
  var formula: FormulaKind
  var accelerator: String
  var variant: String

  init(_ observation: Observation) {
    formula = observation.formula
    accelerator = observation.machine.accelerator.id
    variant = observation.variants.first ?? ""
  }

  static func < (left: GroupKey, right: GroupKey) -> Bool {
    (left.formula.rawValue, left.variant, left.accelerator)
      < (right.formula.rawValue, right.variant, right.accelerator)
  }
}

extension CostParameters {
  /// The constants for one observation.
  func resolved(_ observation: Observation) -> ResolvedConstants {
    let accelerator = observation.machine.accelerator
    let variants = observation.variants
    let link = observation.linkRate
    switch observation.formula {
    case .expertGEMM:
      return constants(
        of: ExpertGEMMFormula.self, on: accelerator, variants: variants, likeVariants: true)
    case .denseGEMM:
      return constants(
        of: DenseGEMMFormula.self, on: accelerator, variants: variants, likeVariants: true)
    case .collective:
      return constants(
        of: CollectiveFormula.self, on: accelerator, variants: variants, linkRate: link,
        likeVariants: true)
    case .exchange:
      return constants(
        of: ExchangeFormula.self, on: accelerator, variants: variants, linkRate: link)
    }
  }
}
