internal import Domain
internal import Statistics

/// How popular every expert is in one layer of one step.
struct Popularity: Sendable {
  /// Shares of the copies, `[populations][experts]`; each row sums to one.
  var shares: [[Double]]
  /// Which row each rank's tokens follow; absent where there is one for all.
  var populationOfRank: [Int]?

  init(shares: [Double]) { self.shares = [shares] }

  init(shares: [[Double]], populationOfRank: [Int]) {
    self.shares = shares
    self.populationOfRank = populationOfRank
  }
}

/// Says how popular experts are; what tokens do with it is drawn by ``DrawnRouting``.
protocol PopularityLaw: Sendable {
  var warnings: [String] { get }
  /// Whether every step follows one law, so that more steps say the same more surely.
  var isStationary: Bool { get }
  /// The popularity in the layer at `position` of the model's list, at `step`.
  func popularity(at position: Int, step: Int) -> Popularity
  /// How much load each of the law's own domains has; empty where it has none.
  var domainWeights: [Double] { get }
  /// The shares within each of those domains, `[domains][experts]`.
  func popularityByDomain(at position: Int, step: Int) -> [[Double]]
}

extension PopularityLaw {
  var warnings: [String] { [] }
  var isStationary: Bool { true }
  var domainWeights: [Double] { [] }
  func popularityByDomain(at position: Int, step: Int) -> [[Double]] { [] }
}

/// Draws the copies of every rank from the experts' popularity: a multinomial draw for each rank,
/// step and layer, from a stream of its own.
///
/// A token uses different experts, so no rank has more copies for an expert than tokens; where a
/// draw would, the excess is drawn again among the other experts.
struct DrawnRouting: RoutingGenerator {
  let context: RoutingContext
  let law: any PopularityLaw

  var warnings: [String] { law.warnings }
  var isStationary: Bool { law.isStationary }

  func layer(at position: Int, step: Int) -> RoutedLayer {
    let model = context.model
    let number = model.layers[position]
    let popularity = law.popularity(at: position, step: step)
    let draws = popularity.shares.map { CappedDraw(shares: $0, topK: model.topK) }
    var copies = [Int32](repeating: 0, count: context.ranks * model.experts)
    for rank in 0..<context.ranks {
      var stream = RandomStream(seed: context.seed, purpose: "routing", step, number, rank)
      let draw = draws[popularity.populationOfRank?[rank] ?? 0]
      draw.draw(
        tokens: context.workload.tokensPerRank, with: &stream, into: &copies,
        at: rank * model.experts)
    }
    return RoutedLayer(
      layer: number, experts: model.experts, topK: model.topK,
      tokens: [Int32](repeating: Int32(context.workload.tokensPerRank), count: context.ranks),
      copies: copies)
  }
}
