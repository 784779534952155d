internal import Diagnostics
private import Foundation

/// Reads text files that people wrote, with a finding for whatever is wrong with them.
enum ScenarioFile {
  /// Why a file could not be read.
  struct Fault: Error {
    let code: FindingCode
    let message: String
  }

  /// The largest file that is read.
  static let limit = 4 * 1_048_576

  /// The text of the file at `path`, without a byte-order mark.
  static func read(_ path: String) -> Result<String, Fault> {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      return .failure(Fault(code: .missingFile, message: "there is no file '\(path)'"))
    }
    if isFolder.boolValue {
      return .failure(Fault(code: .unreadableFile, message: "'\(path)' is a folder, not a file"))
    }
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: limit + 1)
    else {
      // An empty file reads as nil.
      let isReadable = FileManager.default.isReadableFile(atPath: path)
      return isReadable
        ? .success("")
        : .failure(Fault(code: .unreadableFile, message: "'\(path)' cannot be read"))
    }
    guard data.count <= limit else {
      return .failure(
        Fault(code: .fileTooLarge, message: "'\(path)' is larger than 4 MiB, too large to read"))
    }
    guard let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0) else {
      return .failure(Fault(code: .notText, message: "'\(path)' is not UTF-8 text"))
    }
    return .success(text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
  }
}
