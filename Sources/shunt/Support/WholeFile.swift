import Foundation

/// A file that appears whole or not at all, even where the process is killed while it writes.
///
/// Linux keeps a file without a name (`O_TMPFILE`) until it is given one, and forgets it with the
/// process. File systems that cannot do that get a file beside the place, moved there at the end.
enum WholeFile {
  /// `O_TMPFILE` as Linux defines it for all but three old architectures; Swift does not import the
  /// macro, because it is made of two.
  private static let nameless: Int32 = 0o20_000_000 | O_DIRECTORY

  /// - Throws: an error of the system.
  static func write(_ data: Data, to url: URL) throws {
    // A limit on file sizes shall be an error like a full disk, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    let folder = url.deletingLastPathComponent().path
    let descriptor = open(folder, nameless | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      try data.write(to: url, options: .atomic)
      return
    }
    defer { close(descriptor) }
    try write(data, to: descriptor)
    guard fsync(descriptor) == 0 else { throw failure() }
    try name(descriptor, url.path, in: folder)
  }

  private static func write(_ data: Data, to descriptor: Int32) throws {
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR else { throw failure() }
        continue
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Gives the file its name, in the place of one that is there.
  private static func name(_ descriptor: Int32, _ path: String, in folder: String) throws {
    let nameless = "/proc/self/fd/\(descriptor)"
    if linkat(AT_FDCWD, nameless, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return }
    guard errno == EEXIST else { throw failure() }
    // A link never replaces a file, but a move does.
    let beside = folder + "/.shunt-\(getpid())-\(descriptor)"
    guard linkat(AT_FDCWD, nameless, AT_FDCWD, beside, AT_SYMLINK_FOLLOW) == 0 else {
      throw failure()
    }
    guard rename(beside, path) == 0 else {
      let reason = failure()
      unlink(beside)
      throw reason
    }
  }

  private static func failure() -> any Error {
    NSError(
      domain: NSPOSIXErrorDomain, code: Int(errno),
      userInfo: [NSLocalizedDescriptionKey: String(cString: strerror(errno))])
  }
}
