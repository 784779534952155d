private import Foundation

/// The content of a file of another tool, and the name that faults use for it.
public struct SourceFile: Sendable {
  public let name: String
  public let bytes: [UInt8]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: ``FormatFault`` of kind `unreadable`.
  public init(path: String) throws(FormatFault) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists, !isFolder.boolValue, let data = FileManager.default.contents(atPath: path) else {
      let reason =
        !exists ? "does not exist" : isFolder.boolValue ? "is a folder" : "cannot be read"
      throw FormatFault(
        .unreadable, file: path, "the file \(reason)", fix: "give the path of the file to import")
    }
    name = path
    bytes = [UInt8](data)
  }

  /// The file's name without folders and ending, which names its rows in a table.
  var stem: String {
    let url = URL(fileURLWithPath: name)
    let stem = url.deletingPathExtension().lastPathComponent
    return String(stem.map { $0 == "," || $0 == "\"" || $0.isNewline ? "_" : $0 })
  }

  /// The file as JSON.
  ///
  /// - Throws: ``FormatFault``; a file that PyTorch saved is named as such, with the way round it.
  func json() throws(FormatFault) -> JSONTree {
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      throw FormatFault(
        .malformed, file: name, "this is a file of torch.save, not JSON",
        fix: """
          write its tensors as JSON with Python first: json.dump({key: torch.load(file)[key]\
          .tolist()}, out)
          """)
    }
    return try JSONReader.read(bytes, file: name)
  }

  func malformed(_ message: String, fix: String) -> FormatFault {
    FormatFault(.malformed, file: name, message, fix: fix)
  }
}
