public import Calibration
public import CostModels
import Diagnostics
import Foundation

/// Fits cost-model constants to measured tables, and checks predictions against them.
public struct CalibrationStudy: Sendable {
  public let tables: [MeasuredTable]

  /// Reads tables; their kind is recognised from their columns.
  ///
  /// - Parameter accelerators: a file of data sheets for accelerators that the catalogue lacks.
  /// - Throws: ``WorkbenchError`` with file, line and column of the first fault.
  public init(tables paths: [String], accelerators: String? = nil) throws(WorkbenchError) {
    guard let accelerators else {
      tables = try Self.read(paths, CatalogMachines())
      return
    }
    let text = try Self.text(of: accelerators)
    let machines: DataSheetMachines
    do {
      machines = try DataSheetMachines(CSVTable(file: accelerators, text: text))
    } catch {
      throw WorkbenchError(error)
    }
    tables = try Self.read(paths, machines)
  }

  private static func read(
    _ paths: [String], _ machines: some MachineResolver
  ) throws(WorkbenchError) -> [MeasuredTable] {
    var tables: [MeasuredTable] = []
    for path in paths {
      let text = try text(of: path)
      do {
        tables.append(try MeasuredTable(CSVTable(file: path, text: text), machines: machines))
      } catch {
        throw WorkbenchError(error)
      }
    }
    return tables
  }

  /// The errors of `parameters` with every comparison that they are made of, for drawing.
  public func residuals(_ parameters: CostParameters) -> [ResidualTable] {
    let checker = Checker(parameters: parameters)
    return tables.map { ResidualTable($0, checker) }
  }

  /// Constants fitted to part of the rows, the rest held out by shape, ranks or size.
  public func fit() -> Calibrator.Outcome {
    let names = tables.map { URL(fileURLWithPath: $0.csv.file).lastPathComponent }
      .joined(separator: ", ")
    return Calibrator().fit(tables, provenance: "fitted by shunt calibrate to \(names)")
  }

  /// The errors of `parameters` on every table.
  public func check(_ parameters: CostParameters) -> CheckReport {
    Checker(parameters: parameters).check(tables)
  }

  /// The tables again with a predicted column for each measured one, one after another.
  public func predictions(_ parameters: CostParameters) -> String {
    let checker = Checker(parameters: parameters)
    return tables.map(checker.predictions).joined(separator: "\n")
  }

  /// The constants in a file that ``fit()`` made; the shipped ones without a file.
  ///
  /// - Throws: ``WorkbenchError`` where the file is not one.
  public static func parameters(file: String?) throws(WorkbenchError) -> CostParameters {
    guard let file else { return .shipped }
    let text = try text(of: file)
    do {
      return CostParameters.shipped.merging(try CostFile.parameters(from: text, file: file))
    } catch {
      throw WorkbenchError(error)
    }
  }

  static func text(of path: String) throws(WorkbenchError) -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .finding(.missingFile, file: path, "the file cannot be read")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw .finding(.notText, file: path, "the file is not UTF-8 text")
    }
    return text
  }
}

extension WorkbenchError {
  /// A measured table's fault.
  init(_ fault: TableFault) {
    let column = fault.column.isEmpty ? "" : "column '\(fault.column)': "
    self = .finding(
      .badCell, file: fault.file, line: fault.line > 0 ? fault.line : nil, column + fault.message,
      help: [fault.fix])
  }
}

/// The residuals of one table: every comparison with its size and error.
public struct ResidualTable: Sendable {
  public let name: String
  public let summary: String
  /// Groups in order of their names.
  public let groups: [String]
  /// The measured cell, predicted over measured less one, and the group of every comparison.
  public let points: [(measured: Double, error: Double, group: Int)]

  init(_ table: MeasuredTable, _ checker: Checker) {
    let judged = checker.judge(table)
    func name(_ cell: JudgedCell) -> String { cell.group.map(\.value).joined(separator: ", ") }
    let groups = Set(judged.map(name)).sorted()
    let places = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, $0) })
    self.groups = groups
    self.name = table.csv.name
    summary = AccuracySummary.line(checker.check(table))
    points = judged.map { ($0.measured, $0.signedError, places[name($0)] ?? 0) }
  }
}
