/// Why a plan cannot be carried out, or was carried out wrongly.
public enum ExecutionError: Error, Hashable, Sendable {
  /// Something the plan asks for that the executor does not compute.
  case unsupported(String)
  /// The plan does not say where every copy is computed.
  case missingAssignment(layer: Int)
  /// The plan's tables contradict each other.
  case contradiction(String)
  /// An expert is to be computed on a rank that has no weights of it.
  case missingWeights(expert: Int, layer: Int, rank: Int)
  /// A message was sent in another size than it was expected.
  case mismatchedMessage(from: Int, to: Int, sent: Int, expected: Int)
  /// The gate's counts, added up over ranks, are not the scenario's.
  case wrongCounts(layer: Int, rank: Int)
  /// More memory than the executor may take.
  case memoryLimit(neededBytes: Int, limitBytes: Int)
  /// A rank waited too long for another.
  case timedOut(rank: Int, waitingFor: String, seconds: Double)
  /// Ranks were started with different things to do.
  case disagreement(String)
  /// Another rank failed; its own message says why.
  case otherRankFailed(rank: Int)
  /// Results differ from the reference by more than rounding.
  case wrongResult(String)
  /// The system refused something the executor needs.
  case system(String)

  public var message: String {
    switch self {
    case .unsupported(let what): "this cannot be executed: \(what)"
    case .missingAssignment(let layer):
      "the plan does not say where the copies of layer \(layer) are computed"
    case .contradiction(let what): "the plan contradicts itself: \(what)"
    case .missingWeights(let expert, let layer, let rank):
      "rank \(rank) is to compute expert \(expert) of layer \(layer) and has no weights of it"
    case .mismatchedMessage(let from, let to, let sent, let expected):
      "rank \(from) sent \(sent) numbers to rank \(to), which expected \(expected)"
    case .wrongCounts(let layer, let rank):
      "rank \(rank): the gates' counts of layer \(layer) are not the scenario's"
    case .memoryLimit(let needed, let limit):
      """
      \(needed / 1_048_576) MiB are needed and \(limit / 1_048_576) MiB may be used; take fewer \
      ranks, tokens or layers, or raise --memory-limit
      """
    case .timedOut(let rank, let what, let seconds):
      "rank \(rank) waited \(seconds) s for \(what) and gave up; raise --time-limit if it was busy"
    case .disagreement(let what): "the ranks do not agree on \(what)"
    case .otherRankFailed(let rank): "rank \(rank) failed"
    case .wrongResult(let what): "the results are wrong: \(what)"
    case .system(let what): what
    }
  }
}
