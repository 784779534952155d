internal import Domain
internal import Kernels
internal import Plan

extension RankProgram {
  /// Carries out an operation of the backward pass.
  func performBackward(_ operation: Operation) throws(ExecutionError) {
    let slot = slot(operation)
    switch (operation.work, operation.kind) {
    case (.memoryPass, .combine): try scatterGradient(slot)
    case (.memoryPass, .expertCompute):
      try sort(slot, from: .gradientReceived, to: .expertOutputGradient)
    case (.memoryPass, .dispatch): try collectGradient(slot)
    case (.memoryPass, .weights): try addArrivedGradients(tokens.layer(slot))
    case (.gate, _): try routeBackward(slot)
    case (.feedForward, .sharedExperts): try sharedExpertsBackward(slot)
    case (.experts, _): try computeBackward(slot)
    default: return
    }
  }

  /// The sum's backward pass: the gradient of the output for every copy, times its gate weight, and
  /// the gradients of the gate weights. What the residual carries starts the input's gradient.
  private func scatterGradient(_ slot: Int) throws(ExecutionError) {
    let count = tokenCount(slot)
    let outer = try startGradients(slot)
    let order = routes(slot).sendOrder[member]
    let returned = try buffer(.returned, slot, order.count * hidden)
    let weights = try buffer(.gateWeights, slot, count * model.topK)
    let sent = try buffer(.gradientSent, slot, order.count * hidden)
    let choice = try buffer(.choiceGradient, slot, count * model.topK)
    choice.update(repeating: 0, count: count * model.topK)
    for (place, copy) in order.enumerated() {
      let row = outer + Int(copy) / model.topK * hidden
      Rows.scale(weights[Int(copy)], row, into: sent + place * hidden, width: hidden)
      choice[Int(copy)] = Rows.dot(row, returned + place * hidden, width: hidden)
    }
  }

  /// The gradient of the layer's output, from the loss or from the next layer's input.
  private func startGradients(
    _ slot: Int
  ) throws(ExecutionError) -> UnsafeMutablePointer<Float> {
    let count = tokenCount(slot) * hidden
    let outer = try buffer(.outputGradient, slot, count)
    let inner = try buffer(.inputGradient, slot, count)
    guard tokens.layer(slot) + 1 < tokens.layers else {
      if let loss = tokens.lossGradient[slot / tokens.layers][rank] {
        outer.update(from: loss.pointer, count: count)
      }
      inner.update(repeating: 0, count: count)
      return outer
    }
    let next = try buffer(.inputGradient, slot + 1, count)
    let skipped = tokens.gateWidth
    for token in 0..<tokenCount(slot) {
      let row = token * hidden
      (outer + row).update(repeating: 0, count: skipped)
      (inner + row).update(repeating: 0, count: skipped)
      let width = hidden - skipped
      (outer + row + skipped).update(from: next + row + skipped, count: width)
      Rows.scale(0.5, next + row + skipped, into: inner + row + skipped, width: width)
    }
    return outer
  }

  /// The experts' backward pass, one after another.
  private func computeBackward(_ slot: Int) throws(ExecutionError) {
    let expected = routes(slot).rows(on: member)
    let rows = expected.reduce(0, +)
    let input = try buffer(.expertInput, slot, rows * hidden)
    let outer = try buffer(.expertOutputGradient, slot, rows * hidden)
    let inner = try buffer(.expertInputGradient, slot, rows * hidden)
    let projected = try buffer(.projected, slot, rows * network.projectedCount)
    let active = try buffer(.active, slot, (expected.max() ?? 0) * network.intermediate)
    var first = 0
    for (expert, count) in expected.enumerated() where count > 0 {
      network.backward(
        outputGradient: outer + first * hidden, input: input + first * hidden, rows: count,
        weights: try weights(of: expert, slot),
        projected: projected + first * network.projectedCount, active: active,
        inputGradient: inner + first * hidden,
        weightGradient: try gradient(of: expert, tokens.layer(slot)))
      first += count
    }
    try unsort(slot, rows: rows, from: inner, to: .gradientReturning)
  }

  /// The gather's backward pass: every token adds up its copies' gradients.
  private func collectGradient(_ slot: Int) throws(ExecutionError) {
    let order = routes(slot).sendOrder[member]
    let returned = try buffer(.gradientReturned, slot, order.count * hidden)
    let inner = try buffer(.inputGradient, slot, tokenCount(slot) * hidden)
    for (place, copy) in order.enumerated() {
      Rows.add(
        1, returned + place * hidden, to: inner + Int(copy) / model.topK * hidden, width: hidden)
    }
  }

  /// The gate's backward pass: through the softmax to its weights and to the tokens.
  private func routeBackward(_ slot: Int) throws(ExecutionError) {
    let count = tokenCount(slot)
    let layer = tokens.layer(slot)
    let logits = try buffer(.logitGradient, slot, count * model.experts)
    logits.update(repeating: 0, count: count * model.experts)
    let weights = try buffer(.gateWeights, slot, count * model.topK)
    let gradient = try buffer(.choiceGradient, slot, count * model.topK)
    choices[slot].withUnsafeBufferPointer { chosen in
      guard let base = chosen.baseAddress else { return }
      TopKGate(experts: model.experts, topK: model.topK).backward(
        weights: weights, weightGradient: gradient, choices: base, tokens: count, into: logits)
    }
    multiply(
      logits, tokens.gates[layer].weights.pointer,
      into: try buffer(.inputGradient, slot, count * hidden), rows: count, columns: hidden,
      depth: model.experts, transposed: .right, keep: 1)
    multiply(
      try buffer(.input, slot, count * hidden), logits,
      into: try buffer(.gateGradient, layer, hidden * model.experts), rows: hidden,
      columns: model.experts, depth: count, transposed: .left, keep: 1)
  }

  private func sharedExpertsBackward(_ slot: Int) throws(ExecutionError) {
    guard let shared = sharedNetwork else { return }
    let count = tokenCount(slot)
    let inner = try buffer(.sharedInputGradient, slot, count * hidden)
    shared.backward(
      outputGradient: try buffer(.outputGradient, slot, count * hidden),
      input: try buffer(.input, slot, count * hidden), rows: count, weights: sharedWeights(slot),
      projected: try buffer(.sharedProjected, slot, count * shared.projectedCount),
      active: try buffer(.sharedActive, slot, count * shared.intermediate), inputGradient: inner,
      weightGradient: try buffer(.sharedGradient, tokens.layer(slot), shared.weightCount))
    Rows.add(
      1, inner, to: try buffer(.inputGradient, slot, count * hidden), width: count * hidden)
  }

  // MARK: - Gradients of weights

  /// The gradient of an expert's weights on this rank, zero where there is none yet.
  func gradient(
    of expert: Int, _ layer: Int
  ) throws(ExecutionError) -> UnsafeMutablePointer<Float> {
    let gradient = try buffer(.gradient(expert), layer, network.weightCount)
    if !hasGradient[layer * model.experts + expert] {
      gradient.update(repeating: 0, count: network.weightCount)
      hasGradient[layer * model.experts + expert] = true
    }
    return gradient
  }

  /// Adds gradients that other ranks sent to this rank's own.
  func addArrivedGradients(_ layer: Int) throws(ExecutionError) {
    for (expert, role) in pendingGradients[layer] {
      Rows.add(
        1, try buffer(role, layer, network.weightCount), to: try gradient(of: expert, layer),
        width: network.weightCount)
    }
    pendingGradients[layer] = []
  }

  /// Gates and shared experts add up over micro-batches from zero.
  func clearSharedGradients() throws(ExecutionError) {
    guard world.hasBackwardPass else { return }
    for layer in 0..<tokens.layers {
      let count = hidden * model.experts
      try buffer(.gateGradient, layer, count).update(repeating: 0, count: count)
      guard let shared = sharedNetwork else { continue }
      try buffer(.sharedGradient, layer, shared.weightCount).update(
        repeating: 0, count: shared.weightCount)
    }
  }

  /// What an all-reduce of gradients sums: over all ranks what every rank has, over the same ranks of
  /// all groups the experts at home there.
  ///
  /// With groups of one rank both have the same members, so `parameters` tells them apart.
  func reducedGradients(
    _ layer: Int, over members: RankSet, parameters: Double
  ) throws(ExecutionError) -> [Region] {
    // Gradients of further copies may have come after the operation that adds helpers' ones.
    try addArrivedGradients(layer)
    let gate = hidden * model.experts
    let shared = sharedNetwork?.weightCount ?? 0
    guard members.count == world.plan.ranks, abs(parameters - Double(gate + shared)) < 0.5 else {
      return try ownExperts(layer)
    }
    var regions = [
      Region(peer: rank, start: try buffer(.gateGradient, layer, gate), count: gate)
    ]
    if shared > 0 {
      regions.append(
        Region(peer: rank, start: try buffer(.sharedGradient, layer, shared), count: shared))
    }
    return regions
  }

  private func ownExperts(_ layer: Int) throws(ExecutionError) -> [Region] {
    var regions: [Region] = []
    for expert in 0..<model.experts
    where world.residency.home(of: expert, layer: layer, inGroupOf: rank) == rank {
      regions.append(
        Region(
          peer: rank, start: try gradient(of: expert, layer), count: network.weightCount))
    }
    return regions
  }

  /// A step with momentum over the experts at home here. The weights it leads to are written aside,
  /// because every repetition starts from the same ones.
  func update() throws(ExecutionError) {
    let count = network.weightCount
    let updated = try buffer(.updated, 0, count)
    for layer in 0..<tokens.layers {
      try addArrivedGradients(layer)
      for expert in 0..<model.experts
      where world.residency.home(of: expert, layer: layer, inGroupOf: rank) == rank {
        let momentum = try buffer(.momentum(expert), layer, count)
        Rows.scale(0.9, momentum, into: momentum, width: count)
        Rows.add(1, try gradient(of: expert, layer), to: momentum, width: count)
        updated.update(
          from: try store.copy(expert, layer: layer, rank: rank).pointer, count: count)
        Rows.add(-1e-3, momentum, to: updated, width: count)
      }
    }
  }
}
