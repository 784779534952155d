import Diagnostics
import Foundation
public import Results
import Synchronization

/// Finished points of a sweep on disk, so that an interrupted one can go on.
///
/// A file of lines: what was swept, then a line for every finished point. A line is written whole; one
/// that was cut short by a crash is ignored.
public final class SweepJournal: Sendable {
  // A class because points that finish side by side write to one file.
  private struct Header: Codable, Equatable {
    var journalVersion = 1
    let scenarioText: String
    let seed: UInt64
    let shuntVersion: String
    let baseline: String?
  }

  private struct Entry: Codable {
    let index: Int
    let point: SweepResult.Point
  }

  private let path: String
  private let file: Mutex<FileHandle>
  /// Points that were finished before.
  public let finished: [Int: SweepResult.Point]

  /// Opens the journal at `path`, or begins one.
  ///
  /// - Throws: ``WorkbenchError`` where the file cannot be written or is the journal of another
  ///   sweep.
  public init(
    _ path: String, scenarioText: String, seed: UInt64, version: String, baseline: String?
  ) throws(WorkbenchError) {
    self.path = path
    let header = Header(
      scenarioText: scenarioText, seed: seed, shuntVersion: version, baseline: baseline)
    let text = FileManager.default.contents(atPath: path)
    let finished = try Self.points(in: text, header: header, path: path)
    self.finished = finished
    // What a crash left behind is cut off before anything is added.
    let kept = finished.keys.sorted().compactMap { index in
      finished[index].map { Entry(index: index, point: $0) }
    }
    do {
      var data = try Self.line(header)
      for entry in kept { data += try Self.line(entry) }
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.seekToEnd()
      file = Mutex(handle)
    } catch {
      throw .failed("the journal \(path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Adds a finished point.
  func add(_ point: SweepResult.Point, index: Int) throws(WorkbenchError) {
    do {
      let line = try Self.line(Entry(index: index, point: point))
      try file.withLock { handle in
        try handle.write(contentsOf: line)
        try handle.synchronize()
      }
    } catch {
      throw .failed("the journal \(path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Removes the file once the sweep is done and its result is written.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }

  private static func line(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value) + Data("\n".utf8)
  }

  private static func points(
    in data: Data?, header: Header, path: String
  ) throws(WorkbenchError) -> [Int: SweepResult.Point] {
    guard let data, !data.isEmpty else { return [:] }
    // A line without its end was cut short.
    let whole = data.lastIndex(of: 0x0A).map { data[...$0] } ?? data[..<data.startIndex]
    let lines = whole.split(separator: 0x0A)
    let decoder = JSONDecoder()
    guard let first = lines.first else { return [:] }
    guard let found = try? decoder.decode(Header.self, from: first) else {
      throw .finding(
        .routingMismatch, file: path, "this is not the journal of a sweep",
        help: ["choose another file with --journal"])
    }
    guard found == header else {
      throw .finding(
        .routingMismatch, file: path,
        "this journal belongs to another sweep: the scenario, seed, baseline or version differs",
        fixes: ["remove the file to begin anew"],
        help: ["remove the file to begin anew, or choose another with --journal"])
    }
    var points: [Int: SweepResult.Point] = [:]
    for line in lines.dropFirst() {
      guard let entry = try? decoder.decode(Entry.self, from: line) else { continue }
      points[entry.index] = entry.point
    }
    return points
  }
}
