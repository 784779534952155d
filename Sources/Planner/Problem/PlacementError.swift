/// Why a placement problem cannot be read or solved: where, what, and how to mend it.
public struct PlacementError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of mistake, for callers that react to it.
  public enum Kind: String, Hashable, Sendable {
    /// The file is not JSON, cut short, or lacks a field.
    case unreadable
    /// A field holds a value that makes no sense.
    case invalidValue
    /// The experts do not fit into slots, memory or nodes.
    case infeasible
    /// The method cannot handle this problem.
    case unsupported
    /// A solver failed in a way that leaves no answer.
    case solverFailed
  }

  public let kind: Kind
  /// The field, such as `loads[3][17]`, or the subject.
  public let place: String
  /// What is wrong there.
  public let problem: String
  /// What to change.
  public let remedy: String

  public init(_ kind: Kind, at place: String, _ problem: String, remedy: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String { "\(place): \(problem); \(remedy)" }
}
