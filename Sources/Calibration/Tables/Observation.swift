public import CostModels
import Domain

/// What was measured, as the formula that predicts it needs it.
public enum ObservedWork: Sendable {
  /// An expert layer: the mean over the draws a table reports.
  case experts(draws: [ExpertLoad], ExpertShape, ProcessorRates, tiles: [TileChoice], starved: Bool)
  /// One of the two grouped GEMMs of an expert layer.
  case groupedGEMM(
    ExpertLoad, columns: Double, depth: Double, ExpertShape, ProcessorRates, tiles: TileChoice)
  case dense(m: Double, n: Double, k: Double, weight: Double, activation: Double, ProcessorRates)
  case collective(wireBytes: Double, ranks: Int, lineRate: Double)
  case exchange(ExchangeLoad, linkRate: Double, networkRate: Double)

  /// Seconds with constants `values`.
  public func seconds(_ values: [Double]) -> Double {
    switch self {
    case .experts(let draws, let shape, let rates, let tiles, let starved):
      let formula = ExpertGEMMFormula(values: values)
      let sum = zip(draws, tiles).reduce(0) {
        $0 + formula.seconds($1.0, shape, on: rates, tiles: $1.1, starved: starved)
      }
      return sum / Double(max(draws.count, 1))
    case .groupedGEMM(let load, let columns, let depth, let shape, let rates, let tiles):
      return ExpertGEMMFormula(values: values).singleGEMMSeconds(
        load, columns: columns, depth: depth, shape, on: rates, tiles: tiles)
    case .dense(let m, let n, let k, let weight, let activation, let rates):
      return DenseGEMMFormula(values: values).seconds(
        rows: m, columns: n, depth: k, weightBytes: weight, activationBytes: activation, on: rates)
    case .collective(let bytes, let ranks, let rate):
      return CollectiveFormula(values: values).seconds(
        wireBytes: bytes, ranks: ranks, lineRate: rate)
    case .exchange(let load, let linkRate, let networkRate):
      return ExchangeFormula(values: values).seconds(
        load, linkRate: linkRate, networkRate: networkRate)
    }
  }
}

/// The formulas that tables calibrate.
public enum FormulaKind: String, Hashable, Sendable, Codable, CaseIterable {
  case expertGEMM, denseGEMM, collective, exchange

  public var constants: [ConstantSpec] {
    switch self {
    case .expertGEMM: ExpertGEMMFormula.constants
    case .denseGEMM: DenseGEMMFormula.constants
    case .collective: CollectiveFormula.constants
    case .exchange: ExchangeFormula.constants
    }
  }
}

/// The measured cell of a row.
public enum MeasuredQuantity: Hashable, Sendable {
  /// Microseconds.
  case time
  /// 10⁹ bytes a second, counted over `bytes` bytes.
  case bandwidth(bytes: Double)

  /// The cell that seconds amount to.
  public func cell(seconds: Double) -> Double {
    switch self {
    case .time: seconds * 1e6
    case .bandwidth(let bytes): seconds > 0 ? bytes / seconds / 1e9 : 0
    }
  }

  /// The seconds that a cell stands for.
  public func seconds(cell: Double) -> Double {
    switch self {
    case .time: cell * 1e-6
    case .bandwidth(let bytes): cell > 0 ? bytes / cell / 1e9 : 0
    }
  }
}

/// One measured cell with everything a fit or a check needs.
public struct Observation: Sendable {
  /// Index of the row in its table.
  public var row: Int
  public var column: String
  /// The cell as it stands in the table.
  public var measured: Double
  public var quantity: MeasuredQuantity
  public var formula: FormulaKind
  public var machine: MachineProfile
  /// Keys of constants to try, best first; the first is the one a fit makes.
  public var variants: [String]
  public var work: ObservedWork
  /// Labels by which errors are grouped, in order.
  public var group: [GroupLabel]
  /// The sizes together, for splitting by shape; empty where the table has one shape.
  public var shape: String
  /// The column and number for splitting by scale (EP size, ranks, message size).
  public var scales: [ScaleLabel]

  /// The set of constants a fit makes of the row, as split rules name it.
  var constantsName: String { "\(machine.accelerator.id) \(variants.first ?? "")" }

  /// The link behind the row, 0 for compute.
  var linkRate: Double {
    formula == .collective || formula == .exchange ? machine.linkRate : 0
  }
}

/// One part of a group's key.
public struct GroupLabel: Hashable, Sendable, Codable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A number by which rows are held out of a fit.
public struct ScaleLabel: Hashable, Sendable {
  public var column: String
  public var value: Int

  public init(_ column: String, _ value: Int) {
    self.column = column
    self.value = value
  }
}

/// A row that cannot be compared, and why.
public struct RefusedRow: Hashable, Sendable, Codable {
  /// Line of the file, from 1.
  public var line: Int
  public var reason: String

  public init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }
}
