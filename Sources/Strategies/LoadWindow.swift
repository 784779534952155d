/// The loads of the last steps, layer by layer and group by group, and the forecast they give.
struct LoadWindow: Sendable {
  /// Steps that are looked back at.
  let length: Int
  /// Loads `[steps][layers][groups][experts]`, oldest step first.
  private var steps: [[[[Int]]]] = []

  init(length: Int) { self.length = max(1, length) }

  /// Steps that have been observed, ``length`` at most.
  var count: Int { steps.count }

  /// Adds the loads of one step, `[layers][groups][experts]`, and forgets the oldest.
  mutating func append(_ loads: [[[Int]]]) {
    steps.append(loads)
    if steps.count > length { steps.removeFirst() }
  }

  /// The mean load of every expert over the window, rounded down; nil before the first step.
  ///
  /// - Complexity: O(``length`` × experts).
  func mean(layer: Int, group: Int) -> [Int]? {
    guard let first = steps.first else { return nil }
    var sums = [Int](repeating: 0, count: first[layer][group].count)
    for step in steps {
      for (expert, load) in step[layer][group].enumerated() { sums[expert] += load }
    }
    return sums.map { $0 / steps.count }
  }

  /// The summed load of every expert over window and groups, `[layers][experts]`.
  func totals() -> [[Int]] {
    guard let first = steps.first else { return [] }
    return first.indices.map { layer in
      var sums = [Int](repeating: 0, count: first[layer].first?.count ?? 0)
      for step in steps {
        for group in step[layer] {
          for (expert, load) in group.enumerated() { sums[expert] += load }
        }
      }
      return sums
    }
  }
}
