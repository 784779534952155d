/// Which expert each slot of each hot and cold token uses.
struct HotPattern {
  private let topK: Int
  private let assignment: HotExpertRouting.Assignment
  /// Expert numbers, in the order they are used.
  private let hot: [Int]
  private let cold: [Int]

  /// - Precondition: `hot` is at least 1 and below `experts`.
  init(experts: Int, topK: Int, hot: Int, assignment: HotExpertRouting.Assignment) {
    self.topK = topK
    self.assignment = assignment
    let distance = assignment == .spread ? Double(experts) / Double(hot) : 1
    let chosen = (0..<hot).map { Int(Double($0) * distance) }
    var isHot = [Bool](repeating: false, count: experts)
    for expert in chosen { isHot[expert] = true }
    self.hot = chosen
    cold = (0..<experts).filter { !isHot[$0] }
  }

  /// The expert of `slot` of a hot token, the `token`-th of its rank.
  func hotExpert(token: Int, slot: Int) -> Int {
    guard assignment != .released else { return hot[slot % hot.count] }
    return turn(token, slot, first: hot, then: cold)
  }

  /// The expert of `slot` of a cold token, the `token`-th of its rank.
  func coldExpert(token: Int, slot: Int) -> Int {
    guard assignment != .released else { return cold[(token + slot) % cold.count] }
    return turn(token, slot, first: cold, then: hot)
  }

  /// Tokens take turns through `first`, never using one twice; what slots remain then take turns
  /// through `then`.
  private func turn(_ token: Int, _ slot: Int, first: [Int], then: [Int]) -> Int {
    let used = min(topK, first.count)
    if slot < used { return first[(token * used + slot) % first.count] }
    return then[(token * (topK - used) + slot - used) % then.count]
  }

  /// What the pattern does that its options might not lead one to expect.
  var warnings: [String] {
    switch assignment {
    case .released where hot.count > topK:
      [
        "hotExperts, assignment released: a token has \(topK) slots, so only the first \(topK) of"
          + " \(hot.count) hot experts are used, as in the published generator"
      ]
    case .released where hot.count < topK:
      [
        "hotExperts, assignment released: a hot token sends its \(topK) copies to \(hot.count) hot"
          + " expert\(hot.count == 1 ? "" : "s"), repeating them, as in the published generator"
      ]
    case .even where hot.count < topK, .spread where hot.count < topK:
      [
        "hotExperts, assignment \(assignment.rawValue): a token uses an expert once, so a hot token"
          + " sends \(hot.count) of its \(topK) copies to hot experts and the rest to others"
      ]
    default: []
    }
  }
}
