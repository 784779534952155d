public import Calibration
public import CostModels
import Diagnostics
import Foundation

/// Fits cost-model constants to measured tables, and checks predictions against them.
public struct CalibrationStudy: Sendable {
  public let tables: [MeasuredTable]

  /// Reads tables; their kind is recognised from their columns.
  ///
  /// - Throws: ``WorkbenchError`` with file, line and column of the first fault.
  public init(tables paths: [String]) throws(WorkbenchError) {
    let machines = CatalogMachines()
    var tables: [MeasuredTable] = []
    for path in paths {
      let text = try Self.text(of: path)
      do {
        tables.append(try MeasuredTable(CSVTable(file: path, text: text), machines: machines))
      } catch {
        throw WorkbenchError(error)
      }
    }
    self.tables = tables
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

  private static func text(of path: String) throws(WorkbenchError) -> String {
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
