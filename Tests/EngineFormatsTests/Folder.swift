import Foundation

/// A folder that exists as long as its value.
final class Folder {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("engine-formats-\(UUID().uuidString)")
  var path: String { url.path }

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// The path of the file written.
  func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
    return url.appendingPathComponent(name).path
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: url.appendingPathComponent(name))
  }

  /// A file's path, with the folder that must outlive it.
  func kept(_ write: (Folder) throws -> String) rethrows -> (path: String, folder: Folder) {
    (try write(self), self)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// Safetensors files as bytes.
enum SafetensorsBytes {
  /// A file of one-dimensional I32 tensors.
  static func make(_ tensors: [(name: String, values: [Int32])]) -> [UInt8] {
    var members: [String] = []
    var data: [UInt8] = []
    for (name, values) in tensors {
      let end = data.count + 4 * values.count
      members.append(
        """
        "\(name)":{"dtype":"I32","shape":[\(values.count)],"data_offsets":[\(data.count),\(end)]}
        """)
      for value in values { data += little(UInt64(UInt32(bitPattern: value)), bytes: 4) }
    }
    return file(header: "{" + members.joined(separator: ",") + "}", data: data)
  }

  static func file(header: String, data: [UInt8], length: UInt64? = nil) -> [UInt8] {
    little(length ?? UInt64(header.utf8.count), bytes: 8) + Array(header.utf8) + data
  }

  private static func little(_ value: UInt64, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }
}
