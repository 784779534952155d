private import Foundation

/// A routing file's content, and the name that findings use for it.
struct FileBytes: Sendable {
  let name: String
  let bytes: [UInt8]

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Reads `path`, which starts at `folder` unless it is absolute.
  init(path: String, folder: String) throws(RoutingError) {
    let isAbsolute = path.hasPrefix("/")
    let full = isAbsolute || folder.isEmpty || folder == "." ? path : folder + "/" + path
    do {
      bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: full)))
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: full) ? "cannot be read" : "does not exist"
      throw RoutingError(
        .unreadable, file: path, "the routing file \(reason)",
        fix: "give its path relative to the scenario's folder")
    }
    name = path
  }
}
