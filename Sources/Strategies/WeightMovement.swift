import Plan

/// Messages that bring experts' weights to ranks that lack them, stage by stage.
///
/// A rank may pass on what it received: such a message belongs to the stage after the one that
/// brought it. So a list of messages along trees is enough to describe a staged broadcast, and read
/// backwards it is the reduction of the gradients.
struct WeightMovement {
  typealias Message = LeastLoadedAssignment.Transfer

  /// Messages of every stage, ranks counted within the group.
  let stages: [[Message]]
  /// How many experts reach each member, `[members]`.
  let received: [Int]
  /// How many messages the busier direction of each member has, `[members]`.
  let messages: [Int]

  /// - Precondition: a message that passes an expert on stands behind the one that brought it.
  init(_ transfers: [Message], members: Int) {
    self.init(stages: Self.stages(of: transfers), members: members)
  }

  /// - Precondition: a message passes on what its sender held before its stage.
  init(stages: [[Message]], members: Int) {
    var received = [Int](repeating: 0, count: members)
    var sent = received
    for transfer in stages.joined() {
      received[transfer.to] += 1
      sent[transfer.from] += 1
    }
    self.stages = stages
    self.received = received
    messages = zip(sent, received).map { max($0, $1) }
  }

  /// Messages as early as they can travel: at once, or in the stage after the one that brought what
  /// they pass on.
  static func stages(of transfers: [Message]) -> [[Message]] {
    var stages: [[Message]] = []
    var arrivals: [Int: [Int: Int]] = [:]
    for transfer in transfers {
      let stage = (arrivals[transfer.expert]?[transfer.from]).map { $0 + 1 } ?? 0
      arrivals[transfer.expert, default: [:]][transfer.to] = stage
      if stage == stages.count { stages.append([]) }
      stages[stage].append(transfer)
    }
    return stages
  }

  var isEmpty: Bool { stages.isEmpty }

  /// Messages of all stages.
  var count: Int { stages.reduce(0) { $0 + $1.count } }

  /// Experts that reach `member` in one stage.
  func received(by member: Int, in stage: Int) -> Int {
    stages[stage].count { $0.to == member }
  }

  /// The stages of the gradients' way home: the same messages, last stage first, ends exchanged.
  var homeward: [[Message]] {
    stages.reversed().map { stage in
      stage.map { Message(expert: $0.expert, from: $0.to, to: $0.from) }
    }
  }
}
