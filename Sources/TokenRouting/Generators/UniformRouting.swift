internal import Domain
internal import Statistics

/// A perfect router: every token uses *k* different experts, every set of them equally likely.
///
/// What imbalance is left is the noise of counting: any balancing method that goes below it is
/// wrong.
struct UniformRouting: RoutingGenerator, RoutingKind {
  static let descriptor = ComponentDescriptor(
    "uniform", "Every token uses topK different experts, all equally likely.")

  let context: RoutingContext
  let warnings: [String] = []

  static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator {
    UniformRouting(context: context)
  }

  func layer(at position: Int, step: Int) -> RoutedLayer {
    let model = context.model
    let tokens = context.workload.tokensPerRank
    let number = model.layers[position]
    var copies = [Int32](repeating: 0, count: context.ranks * model.experts)
    for rank in 0..<context.ranks {
      var stream = RandomStream(seed: context.seed, purpose: "routing", step, number, rank)
      stream.subsets(
        count: tokens, of: model.topK, from: model.experts, into: &copies,
        at: rank * model.experts)
    }
    return RoutedLayer(
      layer: number, experts: model.experts, topK: model.topK,
      tokens: [Int32](repeating: Int32(tokens), count: context.ranks), copies: copies)
  }
}
