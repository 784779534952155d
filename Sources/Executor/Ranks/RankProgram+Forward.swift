internal import Domain
internal import Kernels
internal import Plan

extension RankProgram {
  /// Carries out an operation of a forward pass or of its repetition.
  func performForward(_ operation: Operation) throws(ExecutionError) {
    let slot = slot(operation)
    switch (operation.work, operation.kind) {
    case (.gate, _): try route(slot)
    case (.planning, _): try countLoads(slot)
    case (.feedForward, .sharedExperts): try computeSharedExperts(slot)
    case (.feedForward, _):
      throw .unsupported("dense layers are not computed; select MoE layers with 'layers'")
    case (.memoryPass, .dispatch): try gather(slot)
    case (.memoryPass, .expertCompute): try sort(slot, from: .received, to: .expertInput)
    case (.memoryPass, .combine): try sum(slot)
    case (.experts(let first, let count), _):
      try compute(world.plan.expertRows[Int(first)..<Int(first + count)], slot)
    default: return
    }
  }

  /// The gate: logits, the largest *k* and their softmax; what it chose is held against the scenario.
  func route(_ slot: Int) throws(ExecutionError) {
    let count = tokenCount(slot)
    let input = try buffer(.input, slot, count * hidden)
    let logits = try buffer(.logits, slot, count * model.experts)
    let weights = try buffer(.gateWeights, slot, count * model.topK)
    multiply(
      input, tokens.gates[tokens.layer(slot)].weights.pointer, into: logits, rows: count,
      columns: model.experts, depth: hidden)
    let gate = TopKGate(experts: model.experts, topK: model.topK)
    let dealt = tokens.dealt[slot][rank]
    var chosen = [UInt16](repeating: 0, count: count * model.topK)
    chosen.withUnsafeMutableBufferPointer { chosen in
      if let base = chosen.baseAddress { gate.choose(logits, tokens: count, into: base) }
    }
    if chosen != dealt.choices {
      // No gate can send a token to one expert twice; what a gate can do and did not is told.
      if !dealt.isImposed { correctedLayers.insert(tokens.layer(slot)) }
      chosen = dealt.choices
    }
    chosen.withUnsafeBufferPointer { chosen in
      if let base = chosen.baseAddress {
        gate.weigh(logits, choices: base, tokens: count, into: weights)
      }
    }
    choices[slot] = chosen
    let counts = try buffer(.counts, slot, model.experts)
    for (expert, count) in CopySort(chosen, experts: model.experts).counts.enumerated() {
      counts[expert] = Float(count)
    }
  }

  /// What planning starts from on every rank: the loads of all experts, heaviest first.
  func countLoads(_ slot: Int) throws(ExecutionError) {
    let loads = try buffer(.counts, slot, model.experts)
    let order = (0..<model.experts).sorted { loads[$0] > loads[$1] }
    guard order.count == model.experts else { throw .contradiction("loads of layer \(slot)") }
  }

  /// One row a copy, in the order they are sent.
  func gather(_ slot: Int) throws(ExecutionError) {
    let order = routes(slot).sendOrder[member]
    let input = try buffer(.input, slot, tokenCount(slot) * hidden)
    let sent = try buffer(.sent, slot, order.count * hidden)
    let topK = Int32(model.topK)
    for (place, copy) in order.enumerated() {
      (sent + place * hidden).update(from: input + Int(copy / topK) * hidden, count: hidden)
    }
  }

  /// Received rows, expert by expert.
  func sort(
    _ slot: Int, from source: BufferRole, to target: BufferRole
  ) throws(ExecutionError) {
    let rows = receivedRows(slot)
    let received = try buffer(source, slot, rows * hidden)
    let sorted = try buffer(target, slot, rows * hidden)
    Rows.move(routes(slot).runs(on: member), width: hidden, from: received, to: sorted)
  }

  /// The experts' networks, one after another, and their results in the order they are returned.
  func compute(_ work: ArraySlice<ExpertRows>, _ slot: Int) throws(ExecutionError) {
    let expected = routes(slot).rows(on: member)
    try check(work, expected, slot)
    let rows = expected.reduce(0, +)
    let input = try buffer(.expertInput, slot, rows * hidden)
    let output = try buffer(.expertOutput, slot, rows * hidden)
    let projected = try buffer(.projected, slot, rows * network.projectedCount)
    let active = try buffer(
      .active, slot, (expected.max() ?? 0) * network.intermediate)
    var first = 0
    for (expert, count) in expected.enumerated() where count > 0 {
      let weights = try weights(of: expert, slot)
      network.forward(
        input + first * hidden, rows: count, weights: weights,
        projected: projected + first * network.projectedCount, active: active,
        output: output + first * hidden)
      first += count
    }
    try unsort(slot, rows: rows, from: output, to: .returning)
  }

  /// Checks that the plan computes what is sent, and computes the rows of zeros that it fills experts
  /// up with; those belong to no token and their results to nobody.
  private func check(
    _ work: ArraySlice<ExpertRows>, _ expected: [Int], _ slot: Int
  ) throws(ExecutionError) {
    var planned = [Int](repeating: 0, count: model.experts)
    for rows in work { planned[Int(rows.expert)] += Int(rows.rows) }
    guard planned.indices.allSatisfy({ planned[$0] >= expected[$0] }) else {
      throw .contradiction(
        "rank \(rank) computes other rows in layer \(tokens.layer(slot)) than are sent to it")
    }
    for (expert, rows) in planned.enumerated() where rows > expected[expert] {
      let padding = rows - expected[expert]
      let zeros = try buffer(.padding, 0, padding * hidden)
      zeros.update(repeating: 0, count: padding * hidden)
      network.forward(
        zeros, rows: padding, weights: try weights(of: expert, slot),
        projected: try buffer(.paddedProjection, 0, padding * network.projectedCount),
        active: try buffer(.paddedActivation, 0, padding * network.intermediate),
        output: try buffer(.paddedOutput, 0, padding * hidden))
    }
  }

  /// Puts results back into the order in which their copies were received.
  func unsort(
    _ slot: Int, rows: Int, from output: UnsafeMutablePointer<Float>, to target: BufferRole
  ) throws(ExecutionError) {
    let returning = try buffer(target, slot, rows * hidden)
    let back = routes(slot).runs(on: member).map {
      RowRun(source: $0.target, target: $0.source, rows: $0.rows)
    }
    Rows.move(back, width: hidden, from: output, to: returning)
  }

  /// The weights of an expert: this rank's own, or those it was sent.
  func weights(of expert: Int, _ slot: Int) throws(ExecutionError) -> UnsafePointer<Float> {
    if world.residency.holds(expert, layer: tokens.layer(slot), rank: rank) {
      return UnsafePointer(try store.copy(expert, layer: tokens.layer(slot), rank: rank).pointer)
    }
    let layer = tokens.layer(slot)
    var place = slot
    // What moves before the step comes with its first micro-batch and serves all of them.
    if !arrived[slot * model.experts + expert],
      world.residency.keeps(expert, layer: layer, rank: rank)
    {
      place = layer
    }
    guard arrived[place * model.experts + expert] else {
      throw .missingWeights(expert: expert, layer: model.layers[layer], rank: rank)
    }
    return UnsafePointer(try buffer(.replica(expert), place, network.weightCount))
  }

  func computeSharedExperts(_ slot: Int) throws(ExecutionError) {
    guard let shared = sharedNetwork else { return }
    let count = tokenCount(slot)
    let input = try buffer(.input, slot, count * hidden)
    shared.forward(
      input, rows: count, weights: sharedWeights(slot),
      projected: try buffer(.sharedProjected, slot, count * shared.projectedCount),
      active: try buffer(.sharedActive, slot, count * shared.intermediate),
      output: try buffer(.sharedOutput, slot, count * hidden))
  }

  /// The weighted sum of every token's results, and the tokens as they enter the next layer: data
  /// dimensions go on as half of what they were and the layer's output.
  func sum(_ slot: Int) throws(ExecutionError) {
    let count = tokenCount(slot)
    let output = try buffer(.output, slot, count * hidden)
    if sharedNetwork != nil {
      output.update(
        from: try buffer(.sharedOutput, slot, count * hidden), count: count * hidden)
    } else {
      output.update(repeating: 0, count: count * hidden)
    }
    let order = routes(slot).sendOrder[member]
    let returned = try buffer(.returned, slot, order.count * hidden)
    let weights = try buffer(.gateWeights, slot, count * model.topK)
    for (place, copy) in order.enumerated() {
      let token = Int(copy) / model.topK
      Rows.add(
        weights[Int(copy)], returned + place * hidden, to: output + token * hidden, width: hidden)
    }
    guard tokens.layer(slot) + 1 < tokens.layers else { return }
    let input = try buffer(.input, slot, count * hidden)
    let next = try buffer(.input, slot + 1, count * hidden)
    let skipped = tokens.gateWidth
    for token in 0..<count {
      setCoordinates(of: token, slot + 1, in: next)
      let row = next + token * hidden + skipped
      row.update(from: output + token * hidden + skipped, count: hidden - skipped)
      Rows.add(0.5, input + token * hidden + skipped, to: row, width: hidden - skipped)
    }
  }

  /// Rows that this rank computes in the layer.
  func receivedRows(_ slot: Int) -> Int {
    group.indices.reduce(0) { $0 + routes(slot).copies($1 - group.lowerBound, member) }
  }
}
