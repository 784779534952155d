import ArgumentParser
import Foundation
import Results

extension Console {
  /// Reads a saved result, or says what is wrong with it and stops.
  func loadResult(_ path: String) throws -> Results.ComparisonResult {
    guard let data = FileManager.default.contents(atPath: path) else {
      error("error: \(path) cannot be read")
      throw ExitCode(66)
    }
    do {
      return try Results.ComparisonResult(json: data)
    } catch let fault {
      error("error: \(path): \(fault.message)")
      throw ExitCode(65)
    }
  }
}
