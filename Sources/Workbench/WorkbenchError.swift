public import Diagnostics

/// Why a use case ended without a result; the command turns it into text and an exit status.
public enum WorkbenchError: Error, Sendable {
  /// Something about an input file.
  case findings([Finding])
  /// No placement satisfies the problem.
  case infeasible(String)
  /// The run itself failed.
  case failed(String)
  /// Something that is missing on this machine.
  case unavailable(String)

  /// The documented exit status.
  public var exitStatus: Int32 {
    switch self {
    case .findings(let findings): max(65, findings.exitStatus)
    case .infeasible: 11
    case .failed: 1
    case .unavailable: 69
    }
  }

  /// One finding about `file`.
  static func finding(
    _ code: FindingCode, file: String?, line: Int? = nil, column: Int? = nil, _ message: String,
    fixes: [String] = [], help: [String] = []
  ) -> WorkbenchError {
    let position = line.map { SourcePosition(line: $0, column: column ?? 1) }
    return .findings([
      Finding(
        .error, code, file: file, position: position, message, fixes: fixes, help: help)
    ])
  }
}
