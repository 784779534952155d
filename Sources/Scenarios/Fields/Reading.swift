internal import Catalog
internal import Diagnostics
internal import Domain

/// What one reading of a scenario has found so far.
///
/// A class, because every rule adds to the same findings while the tree of values is walked.
final class Reading {
  let catalog: Catalog
  let vocabulary: Vocabulary
  /// The folder that relative paths start at.
  let folder: String
  /// Whether files that the scenario names must exist.
  let checksFiles: Bool
  private(set) var findings: [Finding] = []
  private(set) var assumptions: [Assumption] = []
  private var places: [String: (source: SourceText, position: SourcePosition?)] = [:]
  /// Whether there are so many findings that more are left out.
  private(set) var isFull = false

  /// Mappings with a key that was not understood; what they leave out may only be misspelt.
  private var misspelt: Set<String> = []

  /// Findings of one file that are kept; more would not be read.
  static let limit = 200

  init(catalog: Catalog, vocabulary: Vocabulary, folder: String, checksFiles: Bool) {
    self.catalog = catalog
    self.vocabulary = vocabulary
    self.folder = folder
    self.checksFiles = checksFiles
  }

  func add(_ finding: Finding) {
    if isFull || findings.contains(finding) { return }
    if findings.count >= Self.limit {
      isFull = true
      findings.append(
        Finding(
          .warning, .tooManyFindings, file: finding.file,
          "there are more than \(Self.limit) findings; the rest are left out"))
      return
    }
    findings.append(finding)
  }

  /// Reports an error at a value.
  func error(
    _ code: FindingCode, at item: YAMLItem, _ message: String, fixes: [String] = [],
    help: [String] = []
  ) {
    add(
      item.source.finding(.error, code, at: item.position, message, fixes: fixes, help: help))
  }

  /// Reports a finding at the value that `path` names, or at the nearest key above it that stands
  /// in the file.
  func report(
    _ severity: Severity, _ code: FindingCode, at path: String, _ message: String,
    fixes: [String] = [], help: [String] = []
  ) {
    guard let place = place(of: path) else {
      add(Finding(severity, code, file: rootFile, message, fixes: fixes, help: help))
      return
    }
    add(
      place.source.finding(
        severity, code, at: place.position, message, fixes: fixes, help: help))
  }

  /// Remembers where the value of a path stands.
  func note(_ item: YAMLItem) { places[item.path] = (item.source, item.position) }

  /// Remembers that a key of the mapping at `path` was not understood.
  func noteMisspelling(at path: String) { misspelt.insert(path) }

  /// Whether a key of the mapping at `path` was not understood.
  func isMisspelt(_ path: String) -> Bool { misspelt.contains(path) }

  /// Records a value and its origin.
  func assume(_ path: String, _ value: String, _ origin: Assumption.Origin, _ source: String) {
    assumptions.append(Assumption(path: path, value: value, origin: origin, source: source))
  }

  /// Records a value that the scenario gives itself.
  func assumeGiven(_ item: YAMLItem, _ value: String) {
    let place = item.position.map { "line \($0.line)" } ?? "scenario"
    assume(item.path, value, .scenario, place)
  }

  private var rootFile: String? { places[""]?.source.file }

  private func place(of path: String) -> (source: SourceText, position: SourcePosition?)? {
    var path = Substring(path)
    while true {
      if let place = places[String(path)] { return place }
      guard let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return places[""] }
      path = path[..<end]
    }
  }
}

/// The kinds that scenarios may name, as the layers above define them.
struct Vocabulary: Sendable {
  var routings: [ComponentDescriptor]
  var modifiers: [ComponentDescriptor]
  var placements: [ComponentDescriptor]
  var strategies: [ComponentDescriptor]
  var networks: [ComponentDescriptor]
}
