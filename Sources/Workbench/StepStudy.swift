import Calibration
public import CostModels
import Foundation

/// Predicts whole steps of published runs and says how far each is off.
public struct StepStudy: Sendable {
  private let serving: [ServingTable]
  private let training: [TrainingTable]
  private let traces: [KernelTrace]
  private let prediction: ServingPrediction

  /// Reads tables; their kind is recognised from their columns.
  ///
  /// - Throws: ``WorkbenchError`` with file, line and column of the first fault.
  public init(tables paths: [String], parameters: CostParameters) throws(WorkbenchError) {
    var serving: [ServingTable] = []
    var training: [TrainingTable] = []
    var traces: [KernelTrace] = []
    for path in paths {
      do {
        let csv = try CSVTable(file: path, text: CalibrationStudy.text(of: path))
        switch StepTableKind(of: csv) {
        case .training: training.append(try TrainingTable(csv, parameters: parameters))
        case .trace: traces.append(try KernelTrace(csv))
        case .serving: serving.append(try ServingTable(csv))
        }
      } catch let error as TableFault {
        throw WorkbenchError(error)
      } catch let error as WorkbenchError {
        throw error
      } catch {
        throw .failed("\(error)")
      }
    }
    self.serving = serving
    self.training = training
    self.traces = traces
    prediction = ServingPrediction(parameters: parameters)
  }

  /// A Markdown page for each kind of table, one after another.
  ///
  /// - Throws: ``WorkbenchError`` where a table has too few rows to fit an engine.
  public func markdown() throws(WorkbenchError) -> String {
    var pages: [String] = []
    if !serving.isEmpty { pages.append(ServingReport(serving, prediction: prediction).markdown) }
    for table in training {
      do throws(TableFault) {
        pages.append(try TrainingReport(table).markdown)
      } catch {
        throw WorkbenchError(error)
      }
    }
    for trace in traces {
      let replay = try TraceReplay(trace)
      pages.append(TraceReport(trace, replayed: replay.makespan).markdown)
    }
    return pages.joined(separator: "\n")
  }
}
