internal import Synchronization

/// What layers whose search has ended are better by, while other layers are still searched; for
/// progress only.
final class SearchGain: Sendable {
  private let problem: PlacementProblem
  private let layers: [Int]
  private let values: [Double]
  private let sum = Mutex(0.0)

  /// - Parameter values: The objective of each of the layers before.
  init(_ problem: PlacementProblem, layers: [Int], values: [Double]) {
    self.problem = problem
    self.layers = layers
    self.values = values
  }

  /// The gain so far, in the objective's unit.
  var total: Double { sum.withLock { $0 } }

  /// Notes what the search of the layer at an index has found.
  func note(_ row: [Int], _ index: Int) {
    guard let value = try? problem.layerValue(of: row, layer: layers[index]) else { return }
    let gain = values[index] - value
    if gain > 0 { sum.withLock { $0 += gain } }
  }
}
