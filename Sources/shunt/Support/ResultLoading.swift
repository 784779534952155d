import ArgumentParser
import Foundation
import Results

extension Console {
  /// Reads a saved comparison, or says what is wrong with it and stops.
  func loadResult(_ path: String) throws -> Results.ComparisonResult {
    guard case .comparison(let result) = try loadSaved(path) else {
      error("error: \(path) holds no single comparison; give a result of simulate or compare")
      throw ExitCode(65)
    }
    return result
  }

  /// Reads a saved result of any kind, or says what is wrong with it and stops.
  func loadSaved(_ path: String) throws -> SavedResult {
    guard let data = FileManager.default.contents(atPath: path) else {
      error("error: \(path) cannot be read")
      throw ExitCode(66)
    }
    do {
      return try SavedResult(json: data)
    } catch let fault {
      error("error: \(path): \(fault.message)")
      throw ExitCode(65)
    }
  }
}
