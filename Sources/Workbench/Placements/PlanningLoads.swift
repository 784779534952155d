import Domain
import Scenarios
import TokenRouting

/// The loads that placements are planned for: steps after those that are judged, so that no plan is
/// scored on what it has seen.
struct PlanningLoads {
  /// Steps that are looked at: as many as are wanted, fewer where one step alone has so many copies
  /// that its loads are their own mean.
  static func steps(_ wanted: Int, for context: RoutingContext) -> Int {
    let copies =
      context.model.layers.count * context.ranks * context.workload.tokensPerRank
      * context.model.topK
    return max(1, min(wanted, 100_000_000 / max(1, copies)))
  }

  /// Mean tokens of every layer and expert.
  let mean: [[Double]]
  /// Tokens by step, layer and expert.
  let samples: [[[Double]]]

  /// - Precondition: At least one sample.
  init(samples: [[[Double]]]) {
    self.samples = samples
    mean = samples[0].indices.map { layer in
      samples[0][layer].indices.map { expert in
        samples.reduce(0) { $0 + $1[layer][expert] } / Double(samples.count)
      }
    }
  }

  /// Draws the planning steps of `source`.
  ///
  /// - Complexity: O(routed steps).
  init(_ source: RoutingSource, after judgedSteps: Int, count: Int) {
    self.init(
      samples: (0..<Self.steps(count, for: source.context)).map { offset in
        source.step(judgedSteps + offset).layers.map { $0.expertLoads.map(Double.init) }
      })
  }

  /// The loads of the first `count` planning steps.
  func prefix(_ count: Int) -> PlanningLoads {
    count < samples.count ? PlanningLoads(samples: Array(samples.prefix(max(1, count)))) : self
  }
}
