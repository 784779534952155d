import Domain
import Scenarios
import TokenRouting

/// The loads that placements are planned for: steps after those that are judged, so that no plan is
/// scored on what it has seen.
struct PlanningLoads {
  /// Steps that are looked at: sixteen, fewer where one step alone has so many copies that its
  /// loads are their own mean.
  static func steps(for context: RoutingContext) -> Int {
    let copies =
      context.model.layers.count * context.ranks * context.workload.tokensPerRank
      * context.model.topK
    return max(1, min(16, 100_000_000 / max(1, copies)))
  }

  /// Mean tokens of every layer and expert.
  let mean: [[Double]]
  /// Tokens by step, layer and expert.
  let samples: [[[Double]]]

  /// Draws the planning steps of `source`.
  ///
  /// - Complexity: O(routed steps).
  init(_ source: RoutingSource, after judgedSteps: Int) {
    let samples = (0..<Self.steps(for: source.context)).map { offset in
      source.step(judgedSteps + offset).layers.map { $0.expertLoads.map(Double.init) }
    }
    self.samples = samples
    mean = samples[0].indices.map { layer in
      samples[0][layer].indices.map { expert in
        samples.reduce(0) { $0 + $1[layer][expert] } / Double(samples.count)
      }
    }
  }
}
