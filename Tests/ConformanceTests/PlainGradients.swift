import Domain
import Executor
import Kernels

/// The backward pass of a step, written out token by token in double precision, held against what
/// ranks left in their memory.
///
/// Every layer starts from the gradient of its output that the ranks have, which is held against the
/// next layer's, so an error shows in the layer that makes it.
struct PlainGradients {
  let executed: ExecutedWorld
  let world: PlanWorld
  let programs: [RankProgram]

  private var model: (hidden: Int, experts: Int, topK: Int) {
    (executed.model.hiddenSize, executed.model.experts, executed.model.topK)
  }

  /// The worst disagreement of all gradients.
  func agreement() -> Agreement {
    var result = Agreement()
    for layer in 0..<world.tokens.layers { check(layer, &result) }
    return result
  }

  /// Sums of one layer's gradients over all tokens.
  private struct Sums {
    var experts: [[Double]]
    var gate: [Double]
  }

  private func check(_ layer: Int, _ result: inout Agreement) {
    let network = executed.weights.network
    var sums = Sums(
      experts: Array(
        repeating: [Double](repeating: 0, count: network.weightCount), count: model.experts),
      gate: [Double](repeating: 0, count: model.hidden * model.experts))
    let weights = (0..<model.experts).map { expert in
      let buffer = FloatBuffer(count: network.weightCount)
      executed.weights.fill(
        buffer.pointer, expert: expert, layer: executed.model.layers[layer])
      return buffer
    }
    for part in world.tokens.parts.indices {
      for program in programs {
        let slot = part * world.tokens.layers + layer
        check(slot, program, weights, &sums, &result)
      }
    }
    for (expert, expected) in sums.experts.enumerated() {
      for program in programs
      where world.residency.home(of: expert, layer: layer, inGroupOf: program.rank)
        == program.rank
      {
        let found =
          program.weightGradient(expert: expert, layer: layer)
          ?? [Float](repeating: 0, count: expected.count)
        result.add(expected, found)
      }
    }
    for program in programs { result.add(sums.gate, program.gateGradient(layer: layer)) }
  }

  private func check(
    _ slot: Int, _ program: RankProgram, _ weights: [FloatBuffer], _ sums: inout Sums,
    _ result: inout Agreement
  ) {
    let snapshot = program.snapshot(slot: slot)
    let residual = residual(slot, program, snapshot, &result)
    let hidden = model.hidden
    for token in 0..<(snapshot.choices.count / model.topK) {
      let row = Array(snapshot.input[(token * hidden)..<((token + 1) * hidden)])
      let outer = snapshot.outputGradient[(token * hidden)..<((token + 1) * hidden)]
        .map { Double($0) }
      var expected = Array(residual[(token * hidden)..<((token + 1) * hidden)])
      addShared(slot, row, outer, &expected)
      addExperts(slot, token, snapshot, row, outer, weights, &sums, &expected)
      result.add(
        expected, Array(snapshot.inputGradient[(token * hidden)..<((token + 1) * hidden)]))
    }
  }

  /// What the next layer's input hands back past this layer; the output's gradient is checked.
  private func residual(
    _ slot: Int, _ program: RankProgram, _ snapshot: LayerSnapshot, _ result: inout Agreement
  ) -> [Double] {
    let layers = world.tokens.layers
    let count = snapshot.outputGradient.count
    guard slot % layers + 1 < layers else {
      let loss = world.tokens.lossGradient(part: slot / layers, rank: program.rank)
      result.add(loss.map { Double($0) }, snapshot.outputGradient)
      return [Double](repeating: 0, count: count)
    }
    let next = program.snapshot(slot: slot + 1).inputGradient
    let carried = next.indices.map { index in
      index % model.hidden < world.tokens.gateDimensions ? 0 : Double(next[index])
    }
    result.add(carried, snapshot.outputGradient)
    return carried.map { 0.5 * $0 }
  }

  private func addShared(
    _ slot: Int, _ row: [Float], _ outer: [Double], _ expected: inout [Double]
  ) {
    let width = executed.model.sharedIntermediateSize
    guard width > 0 else { return }
    let network = FeedForwardNetwork(
      hidden: model.hidden, intermediate: width, isGated: executed.model.gated)
    let weights = FloatBuffer(count: network.weightCount)
    SeededWeights(network: network, seed: UInt64(executed.seed)).fill(
      weights.pointer, expert: -1, layer: executed.model.layers[world.tokens.layer(slot)])
    var ignored = [Double](repeating: 0, count: network.weightCount)
    let inner = PlainLayer(network: network).gradients(
      outer: outer, of: row, weights: weights.pointer, addingTo: &ignored)
    for column in expected.indices { expected[column] += inner[column] }
  }

  /// The experts' part and, through their weights in the sum, the gate's.
  private func addExperts(
    _ slot: Int, _ token: Int, _ snapshot: LayerSnapshot, _ row: [Float], _ outer: [Double],
    _ weights: [FloatBuffer], _ sums: inout Sums, _ expected: inout [Double]
  ) {
    let plain = PlainLayer(network: executed.weights.network)
    let gate = world.tokens.gateWeights(layer: world.tokens.layer(slot))
    let places = token * model.topK..<(token + 1) * model.topK
    let chosen = snapshot.choices[places].map { Int($0) }
    let shares = softmax(
      chosen.map { expert in
        row.indices.reduce(0.0) {
          $0 + Double(row[$1]) * Double(gate[$1 * model.experts + expert])
        }
      })
    var slopes = [Double](repeating: 0, count: chosen.count)
    for (place, expert) in chosen.enumerated()
    where snapshot.isComputed[token * model.topK + place] {
      let output = plain.output(of: row, weights: weights[expert].pointer)
      slopes[place] = zip(output, outer).reduce(0) { $0 + $1.0 * $1.1 }
      let inner = plain.gradients(
        outer: outer.map { $0 * shares[place] }, of: row, weights: weights[expert].pointer,
        addingTo: &sums.experts[expert])
      for column in expected.indices { expected[column] += inner[column] }
    }
    let mean = zip(shares, slopes).reduce(0) { $0 + $1.0 * $1.1 }
    for (place, expert) in chosen.enumerated() {
      let logit = shares[place] * (slopes[place] - mean)
      for column in expected.indices {
        expected[column] += logit * Double(gate[column * model.experts + expert])
        sums.gate[column * model.experts + expert] += logit * Double(row[column])
      }
    }
  }

  private func softmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    // A series would do; powers of e by repeated squaring need no library.
    let exponentials = logits.map { exponential($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  private func exponential(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    let small = x / 1024
    for index in 1...12 {
      term *= small / Double(index)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}
