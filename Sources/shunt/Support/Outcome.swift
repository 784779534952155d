import ArgumentParser
import Diagnostics
import Foundation
import Workbench

/// Exit statuses beside those of the argument parser and the findings.
enum ExitStatus {
  static let thresholdMissed = ExitCode(10)
  static let unavailable = ExitCode(69)
  static let cannotWrite = ExitCode(73)
  static let interrupted = ExitCode(130)
}

extension Console {
  /// Runs `body` and turns what it throws into text and the documented exit status.
  func reporting<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch WorkbenchError.findings(let findings) {
      show(findings)
      throw ExitCode(WorkbenchError.findings(findings).exitStatus)
    } catch let failure as WorkbenchError {
      switch failure {
      case .infeasible(let message), .failed(let message), .unavailable(let message):
        error("error: \(message)")
      case .findings: break
      }
      throw ExitCode(failure.exitStatus)
    }
  }
}

/// Files that appear whole or not at all.
enum OutputFile {
  /// Writes `data` as ``WholeFile`` does; devices and pipes are written to directly.
  ///
  /// - Throws: exit status 73, after saying why.
  static func write(_ data: Data, to path: String, console: Console) throws {
    do {
      let url = URL(fileURLWithPath: path)
      if isSpecial(path) {
        try FileHandle(forWritingTo: url).write(contentsOf: data)
      } else {
        try WholeFile.write(data, to: url)
      }
    } catch {
      let reason = (error as NSError).localizedDescription
      console.error("error: \(path) cannot be written: \(reason)")
      throw ExitStatus.cannotWrite
    }
  }

  /// Whether `path` is there and is no ordinary file: moving a file onto /dev/null would replace it.
  private static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  static func write(_ text: String, to path: String, console: Console) throws {
    try write(Data(text.utf8), to: path, console: console)
  }

  /// Finds out before a long run whether its result can be written, and that it would replace none
  /// of `inputs`.
  static func check(_ path: String?, inputs: [String] = [], console: Console) throws {
    guard let path else { return }
    if inputs.contains(where: { real($0) == real(path) }) {
      console.error("error: \(path) is read by this command; choose another file to write")
      throw ExitStatus.cannotWrite
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
    guard exists, isFolder.boolValue, access(folder, W_OK) == 0 else {
      console.error("error: \(path) cannot be written: its folder does not exist or is read-only")
      throw ExitStatus.cannotWrite
    }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      console.error("error: \(path) cannot be written: it is a folder")
      throw ExitStatus.cannotWrite
    }
  }

  /// The file that `path` leads to.
  private static func real(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }
}
