internal import Domain
internal import Kernels
internal import Plan

extension RankProgram {
  /// The gate: logits, the largest *k* and their softmax; what it chose is held against the scenario.
  func route(_ layer: Int) throws(ExecutionError) {
    let count = tokenCount(layer)
    let input = try buffer(.input, layer, count * hidden)
    let logits = try buffer(.logits, layer, count * model.experts)
    let weights = try buffer(.gateWeights, layer, count * model.topK)
    multiply(
      input, tokens.gates[layer].weights.pointer, into: logits, rows: count,
      columns: model.experts, depth: hidden)
    let gate = TopKGate(experts: model.experts, topK: model.topK)
    let dealt = tokens.dealt[layer][rank]
    var chosen = [UInt16](repeating: 0, count: count * model.topK)
    chosen.withUnsafeMutableBufferPointer { chosen in
      if let base = chosen.baseAddress { gate.choose(logits, tokens: count, into: base) }
    }
    if chosen != dealt.choices {
      // No gate can send a token to one expert twice; what a gate can do and did not is told.
      if !dealt.isImposed { correctedLayers.insert(layer) }
      chosen = dealt.choices
    }
    chosen.withUnsafeBufferPointer { chosen in
      if let base = chosen.baseAddress {
        gate.weigh(logits, choices: base, tokens: count, into: weights)
      }
    }
    choices[layer] = chosen
    let counts = try buffer(.counts, layer, model.experts)
    for (expert, count) in CopySort(chosen, experts: model.experts).counts.enumerated() {
      counts[expert] = Float(count)
    }
  }

  /// What planning starts from on every rank: the loads of all experts, heaviest first.
  func countLoads(_ layer: Int) throws(ExecutionError) {
    let loads = try buffer(.counts, layer, model.experts)
    let order = (0..<model.experts).sorted { loads[$0] > loads[$1] }
    guard order.count == model.experts else { throw .contradiction("loads of layer \(layer)") }
  }

  /// One row a copy, in the order they are sent.
  func gather(_ layer: Int) throws(ExecutionError) {
    let order = routes(layer).sendOrder[member]
    let input = try buffer(.input, layer, tokenCount(layer) * hidden)
    let sent = try buffer(.sent, layer, order.count * hidden)
    let topK = Int32(model.topK)
    for (place, copy) in order.enumerated() {
      (sent + place * hidden).update(from: input + Int(copy / topK) * hidden, count: hidden)
    }
  }

  /// Received rows, expert by expert.
  func sort(_ layer: Int) throws(ExecutionError) {
    let rows = receivedRows(layer)
    let received = try buffer(.received, layer, rows * hidden)
    let sorted = try buffer(.expertInput, layer, rows * hidden)
    Rows.move(routes(layer).runs(on: member), width: hidden, from: received, to: sorted)
  }

  /// The experts' networks, one after another, and their results in the order they are returned.
  func compute(_ work: ArraySlice<ExpertRows>, _ layer: Int) throws(ExecutionError) {
    let expected = routes(layer).rows(on: member)
    guard work.allSatisfy({ Int($0.rows) == expected[Int($0.expert)] }),
      work.reduce(0, { $0 + Int($1.rows) }) == expected.reduce(0, +)
    else {
      throw .contradiction(
        "rank \(rank) computes other rows in layer \(layer) than are sent to it")
    }
    let rows = expected.reduce(0, +)
    let input = try buffer(.expertInput, layer, rows * hidden)
    let output = try buffer(.expertOutput, layer, rows * hidden)
    let projected = try buffer(.projected, layer, rows * network.projectedCount)
    let active = try buffer(
      .active, layer, (expected.max() ?? 0) * network.intermediate)
    var first = 0
    for (expert, count) in expected.enumerated() where count > 0 {
      let weights = try weights(of: expert, layer)
      network.forward(
        input + first * hidden, rows: count, weights: weights,
        projected: projected + first * network.projectedCount, active: active,
        output: output + first * hidden)
      first += count
    }
    try unsort(layer, rows: rows, from: output)
  }

  /// Puts results back into the order in which their copies were received.
  private func unsort(
    _ layer: Int, rows: Int, from output: UnsafeMutablePointer<Float>
  ) throws(ExecutionError) {
    let returning = try buffer(.returning, layer, rows * hidden)
    let back = routes(layer).runs(on: member).map {
      RowRun(source: $0.target, target: $0.source, rows: $0.rows)
    }
    Rows.move(back, width: hidden, from: output, to: returning)
  }

  /// The weights of an expert: this rank's own, or those it was sent.
  func weights(of expert: Int, _ layer: Int) throws(ExecutionError) -> UnsafePointer<Float> {
    if world.residency.holds(expert, layer: layer, rank: rank) {
      return UnsafePointer(try store.copy(expert, layer: layer, rank: rank).pointer)
    }
    guard arrived[layer * model.experts + expert] else {
      throw .missingWeights(
        expert: expert, layer: tokens.step.layers[layer].layer, rank: rank)
    }
    return UnsafePointer(try buffer(.replica(expert), layer, network.weightCount))
  }

  func computeSharedExperts(_ layer: Int) throws(ExecutionError) {
    guard let shared = sharedNetwork else { return }
    let count = tokenCount(layer)
    let input = try buffer(.input, layer, count * hidden)
    shared.forward(
      input, rows: count, weights: sharedWeights(layer),
      projected: try buffer(.sharedProjected, layer, count * shared.projectedCount),
      active: try buffer(.sharedActive, layer, count * shared.intermediate),
      output: try buffer(.sharedOutput, layer, count * hidden))
  }

  /// The weighted sum of every token's results, and the tokens as they enter the next layer: data
  /// dimensions go on as half of what they were and the layer's output.
  func sum(_ layer: Int) throws(ExecutionError) {
    let count = tokenCount(layer)
    let output = try buffer(.output, layer, count * hidden)
    if sharedNetwork != nil {
      output.update(
        from: try buffer(.sharedOutput, layer, count * hidden), count: count * hidden)
    } else {
      output.update(repeating: 0, count: count * hidden)
    }
    let order = routes(layer).sendOrder[member]
    let returned = try buffer(.returned, layer, order.count * hidden)
    let weights = try buffer(.gateWeights, layer, count * model.topK)
    for (place, copy) in order.enumerated() {
      let token = Int(copy) / model.topK
      Rows.add(
        weights[Int(copy)], returned + place * hidden, to: output + token * hidden, width: hidden)
    }
    guard layer + 1 < tokens.step.layers.count else { return }
    let input = try buffer(.input, layer, count * hidden)
    let next = try buffer(.input, layer + 1, count * hidden)
    let skipped = tokens.gateWidth
    for token in 0..<count {
      setCoordinates(of: token, layer: layer + 1, in: next)
      let row = next + token * hidden + skipped
      row.update(from: output + token * hidden + skipped, count: hidden - skipped)
      Rows.add(0.5, input + token * hidden + skipped, to: row, width: hidden - skipped)
    }
  }

  /// Rows that this rank computes in the layer.
  func receivedRows(_ layer: Int) -> Int {
    group.indices.reduce(0) { $0 + routes(layer).copies($1 - group.lowerBound, member) }
  }
}
