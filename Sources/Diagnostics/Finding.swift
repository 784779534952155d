/// How bad a finding is.
public enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
  /// The input cannot be used.
  case error
  /// The input can be used, but someone should look.
  case warning
}

/// A stretch of one line of a text file.
public struct SourcePosition: Hashable, Sendable {
  /// The line, from 1.
  public var line: Int
  /// The column of the first character, from 1.
  public var column: Int
  /// Characters to underline, at least 1.
  public var length: Int

  public init(line: Int, column: Int, length: Int = 1) {
    self.line = line
    self.column = column
    self.length = max(1, length)
  }
}

/// Something about an input that its author should know: what is wrong, where, and how to mend it.
public struct Finding: Hashable, Sendable {
  public var severity: Severity
  /// The stable name that `shunt explain` takes.
  public var code: FindingCode
  /// The file as its author named it; absent where no file is concerned.
  public var file: String?
  public var position: SourcePosition?
  /// The line that `position` points into, for the caret.
  public var sourceLine: String?
  /// What was understood and what is wrong, without a full stop.
  public var message: String
  /// Changes that would mend it, the likeliest first, for programs; `message` says them to people.
  public var fixes: [String]
  /// What else helps to decide.
  public var help: [String]

  public init(
    _ severity: Severity, _ code: FindingCode, file: String? = nil,
    position: SourcePosition? = nil, sourceLine: String? = nil, _ message: String,
    fixes: [String] = [], help: [String] = []
  ) {
    self.severity = severity
    self.code = code
    self.file = file
    self.position = position
    self.sourceLine = sourceLine
    self.message = message
    self.fixes = fixes
    self.help = help
  }
}

extension Sequence<Finding> {
  /// The findings in reading order: file by file as they came, then by line and column.
  public func inReadingOrder() -> [Finding] {
    let findings = Array(self)
    var files: [String] = []
    for finding in findings where !files.contains(finding.file ?? "") {
      files.append(finding.file ?? "")
    }
    func key(_ index: Int) -> (Int, Int, Int, Int) {
      let finding = findings[index]
      let file = files.firstIndex(of: finding.file ?? "") ?? 0
      return (file, finding.position?.line ?? 0, finding.position?.column ?? 0, index)
    }
    return findings.indices.sorted { key($0) < key($1) }.map { findings[$0] }
  }

  /// Whether any of them is an error.
  public var containsErrors: Bool { contains { $0.severity == .error } }

  /// The exit status these findings stand for: 0 without errors, 66 where every error is a file
  /// that cannot be read, 65 otherwise.
  public var exitStatus: Int32 {
    let errors = filter { $0.severity == .error }
    if errors.isEmpty { return 0 }
    return errors.allSatisfy { $0.code.isAboutAccess } ? 66 : 65
  }
}
