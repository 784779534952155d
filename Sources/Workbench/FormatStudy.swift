import Diagnostics
public import EngineFormats
public import Foundation
import Planner

/// Placements and loads in the file forms of other tools.
public enum FormatStudy {
  /// A placement file as the text that an engine loads.
  ///
  /// - Parameter firstLayer: the model's number of the placement's first layer, where the placement
  ///   numbers layers otherwise; the others keep their distance from it.
  /// Empty slots get further copies, and a note says which: engines have a weight in every slot.
  ///
  /// - Throws: ``WorkbenchError`` where the file is no placement, or the form cannot hold it.
  public static func export(
    _ format: any PlacementFormat.Type, placement path: String, firstLayer: Int? = nil
  ) throws(WorkbenchError) -> WrittenMap {
    var file = try PlacementMaker.read(path)
    if let firstLayer { file.moveLayers(toBeginAt: firstLayer) }
    do throws(PlacementError) {
      let placement = try file.expertPlacement()
      do throws(FormatFault) {
        let filled = FilledPlacement(placement)
        var map = try format.write(filled.placement)
        map.notes += filled.note.map { [$0] } ?? []
        return map
      } catch {
        throw PlacementError(
          .invalidValue, at: "'\(format.name)' cannot hold it", error.message, remedy: error.fix)
      }
    } catch {
      throw .finding(
        .invalidPlacement, file: path, "\(error.place): \(error.problem)", help: [error.remedy])
    }
  }

  /// An engine's map as the JSON of a placement file.
  ///
  /// - Throws: ``WorkbenchError`` where the map is damaged or breaks a rule of placements.
  public static func placement(
    _ format: any PlacementFormat.Type, file path: String, reading: MapReading, model: String
  ) throws(WorkbenchError) -> Data {
    do throws(FormatFault) {
      let placement = try format.read(SourceFile(path: path), reading)
      do throws(PlacementError) {
        return try PlacementFile(placement, model: model).json()
      } catch {
        throw FormatFault(.cannotHold, file: path, error.problem, fix: error.remedy)
      }
    } catch {
      throw WorkbenchError(error, .invalidPlacement)
    }
  }

  /// An engine's records as a table of loads, and what was left out on the way.
  ///
  /// - Throws: ``WorkbenchError`` where a record is damaged, or records do not fit together.
  public static func loads(
    _ format: any LoadFormat.Type, files: [String], reading: LoadReading
  ) throws(WorkbenchError) -> (table: String, notes: [String]) {
    do throws(FormatFault) {
      var records: [RecordedLoads] = []
      for file in files { records.append(try format.read(path: file, reading)) }
      return (try LoadTableText.write(records), records.flatMap(\.notes))
    } catch {
      throw WorkbenchError(error, .badCell)
    }
  }
}

extension WorkbenchError {
  /// A fault in another tool's file; `code` where the content is wrong.
  init(_ fault: FormatFault, _ code: FindingCode) {
    self = .finding(
      fault.kind == .unreadable ? .missingFile : code, file: fault.file, line: fault.line,
      column: fault.column, fault.message, help: [fault.fix])
  }
}
