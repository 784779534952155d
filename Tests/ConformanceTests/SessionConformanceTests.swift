import Domain
import Plan
import Simulator
import Strategies
import Testing

/// What strategies that learn must keep to from step to step, on small worlds drawn from seeds.
@Suite struct SessionConformanceTests {
  /// Strategies whose plans depend on the steps before.
  static let learning = StrategyCatalog.descriptors.map(\.name).filter { name in
    (try? StrategyCatalog.make(ComponentSpec(kind: name)).isLearning) ?? false
  }

  /// Strategies that keep weights on ranks from one step to the next.
  private static let keeping: Set<String> = ["eplbDynamic", "smartMoE", "flexMoE", "llepCached"]

  private struct Place: Hashable {
    let layer: Int32
    let rank: Int32
    let expert: Int32
  }

  /// The world's step with its tokens on other ranks, so that loads change from step to step.
  static func step(_ index: Int, of world: SmallWorld) -> RoutedStep {
    let layers = world.step.layers.map { layer in
      var copies: [Int32] = []
      var tokens: [Int32] = []
      for rank in 0..<layer.sources {
        let source = (rank + max(0, index)) % layer.sources
        tokens.append(layer.tokens[source])
        copies += layer.copies[(source * layer.experts)..<((source + 1) * layer.experts)]
      }
      return RoutedLayer(
        layer: layer.layer, experts: layer.experts, topK: layer.topK, tokens: tokens,
        copies: copies)
    }
    return RoutedStep(index: index, layers: layers)
  }

  /// Options that make something happen within a few steps.
  static func spec(_ name: String, seed: Int) -> ComponentSpec {
    let options: [(String, OptionValue)] = [
      ("interval", .integer(1 + seed % 3)), ("window", .integer(2)),
      ("layersPerChunk", .integer(1)), ("redundantExperts", .integer(2)),
      ("imbalanceThreshold", .number(1)), ("minimumChunk", .integer(1)),
      ("overlapDegree", .integer(1 + seed % 2)), ("nodeAware", .flag(seed % 2 == 0)),
    ]
    let descriptor = StrategyCatalog.descriptors.first { $0.name == name }
    let known = Set(descriptor?.options.map(\.name) ?? [])
    return ComponentSpec(
      kind: name,
      options: Dictionary(options.filter { known.contains($0.0) }) { first, _ in first })
  }

  /// Over eight steps, two of them observed before the first (none where homes could change there,
  /// which costs nothing and so is in no plan): plans are valid, conserve tokens, use
  /// weights only where they are, and a copy of the session plans the same.
  @Test(arguments: learning, Array(0..<40))
  func weightsAreWhereTheyAreUsed(name: String, seed: Int) throws {
    let world = try SmallWorld(seed: seed)
    let context = world.context(seed % 2 == 0 ? .prefill : .decode)
    let strategy = try StrategyCatalog.make(Self.spec(name, seed: seed))
    var session = try strategy.session(in: context)
    var kept: Set<Place> = []
    let size = context.parallelism.expert
    for index in (name == "fssdp" ? 0 : -2)..<6 {
      let step = Self.step(index, of: world)
      let plan = try session.plan(step)
      try plan.validate()
      #expect(try session.plan(step) == plan)
      let copies = plan.layerOutcomes.reduce(0) { sum, outcome in
        outcome.computedCopies.reduce(sum + outcome.droppedCopies) { $0 + Int($1) }
      }
      #expect(copies == step.layers.reduce(0) { $0 + $1.expertLoads.reduce(0, +) })
      var has = kept
      for layer in step.layers.indices {
        for (expert, ranks) in context.placement.holders(layerAt: layer).enumerated() {
          for rank in 0..<world.cluster.ranks where ranks.contains(rank % size) {
            has.insert(
              Place(layer: Int32(layer), rank: Int32(rank), expert: Int32(expert)))
          }
        }
      }
      for operation in plan.operations {
        switch operation.work {
        case .exchange(let exchange):
          guard case .transfers(let first, let count) = plan.exchanges[Int(exchange)].payload
          else { continue }
          // Messages of one exchange only come from what was there before it.
          let arrived = plan.transfers[Int(first)..<Int(first + count)].filter {
            $0.to == operation.rank
          }
          for transfer in arrived {
            let source = Place(
              layer: operation.layer, rank: transfer.from, expert: transfer.expert)
            let place = Place(
              layer: operation.layer, rank: transfer.to, expert: transfer.expert)
            #expect(has.contains(source), "step \(index)")
            has.insert(place)
            // An expert that moves with its states has a new home.
            if Self.keeping.contains(name) || transfer.content == .states { kept.insert(place) }
          }
        case .experts(let first, let count):
          for row in plan.expertRows[Int(first)..<Int(first + count)] where row.rows > 0 {
            let place = Place(layer: operation.layer, rank: operation.rank, expert: row.expert)
            #expect(has.contains(place), "step \(index)")
          }
        default: continue
        }
      }
      try session.observe(step)
    }
  }

  /// EPLB moves its layers one a step: with three layers that change, three steps in a row begin with
  /// weights, the layers in order, and no step after them.
  @Test func chunksOfLayersMoveOneAfterAnother() throws {
    let seed = try #require(
      (0..<400).first { seed in
        guard let world = try? SmallWorld(seed: seed) else { return false }
        return world.model.layers.count == 3 && world.parallelism.expert > 3
          && world.model.experts > 6
          && world.step.layers.allSatisfy { $0.expertLoads.contains { $0 > 3 } }
      })
    let world = try SmallWorld(seed: seed)
    let strategy = try StrategyCatalog.make(
      ComponentSpec(
        kind: "eplbDynamic",
        options: [
          "interval": .integer(100), "window": .integer(1), "layersPerChunk": .integer(1),
          "redundantExperts": .integer(world.parallelism.expert),
        ]))
    var session = try strategy.session(in: world.context(.prefill))
    var moved: [[Int]] = []
    for index in -1..<5 {
      let step = RoutedStep(index: index, layers: world.step.layers)
      let plan = try session.plan(step)
      moved.append(
        plan.layerOutcomes.filter { $0.weightTransfers > 0 && $0.firstRank == 0 }.map(\.layer))
      try session.observe(step)
    }
    #expect(moved == [[], [0], [1], [2], [], []])
  }
}
