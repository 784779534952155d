import Domain
import NetworkSharing
import Plan
import Quantities
import Results
import Statistics

/// Adds up the steps of one cell, in the order of the steps.
struct CellAccumulator {
  private(set) var stepSeconds: [Double] = []
  private var layerSeconds: [Double] = []
  private var tokenImbalance = MeanAndLargest()
  private var computeImbalance = MeanAndLargest()
  private var bytes = BytesResult(
    dispatchIntraNode: 0, dispatchInterNode: 0, combineIntraNode: 0, combineInterNode: 0,
    weights: 0)
  private var weightTransfers = 0
  private var droppedCopies = 0
  private var layers = 0
  private var pathSeconds: [Double] = []
  private var rankSeconds: [[Double]] = []
  private var rankCopies: [Double] = []
  private var linkBytes: [Double] = []
  private var rankTraffic: [Double] = []
  /// The only step in full; nil where there are several.
  private(set) var onlyStep: ShownSteps?
  private var layerCopies: [Double] = []
  private var peakMemory: [Int64] = []
  private var memoryAtPeak: [[Int64]] = []
  private var outOfMemory: OutOfMemoryResult?

  mutating func add(_ step: StepMetrics, index: Int) {
    stepSeconds.append(step.seconds)
    onlyStep = stepSeconds.count == 1 ? step.shown : nil
    layerSeconds += step.layerSeconds
    for value in step.tokenImbalance { tokenImbalance.add(value) }
    for value in step.computeImbalance { computeImbalance.add(value) }
    bytes.dispatchIntraNode += step.bytes.dispatchIntraNode
    bytes.dispatchInterNode += step.bytes.dispatchInterNode
    bytes.combineIntraNode += step.bytes.combineIntraNode
    bytes.combineInterNode += step.bytes.combineInterNode
    bytes.weights += step.bytes.weights
    weightTransfers += step.weightTransfers
    droppedCopies += step.droppedCopies
    layers += step.layerSeconds.count
    pathSeconds = Self.sum(pathSeconds, step.pathSeconds)
    rankCopies = Self.sum(rankCopies, step.rankCopies)
    linkBytes = Self.sum(linkBytes, step.linkBytes)
    rankTraffic = Self.sum(rankTraffic, step.maps.rankTraffic)
    layerCopies = Self.sum(layerCopies, step.maps.copies)
    if rankSeconds.isEmpty {
      rankSeconds = step.rankSeconds
    } else {
      for kind in rankSeconds.indices {
        rankSeconds[kind] = Self.sum(rankSeconds[kind], step.rankSeconds[kind])
      }
    }
    addMemory(of: step, index: index)
  }

  private mutating func addMemory(of step: StepMetrics, index: Int) {
    if peakMemory.isEmpty {
      (peakMemory, memoryAtPeak) = (step.peakMemory, step.memoryAtPeak)
    } else {
      for rank in peakMemory.indices where step.peakMemory[rank] > peakMemory[rank] {
        peakMemory[rank] = step.peakMemory[rank]
        memoryAtPeak[rank] = step.memoryAtPeak[rank]
      }
    }
    guard outOfMemory == nil else { return }
    let earliest = step.outOfMemory.indices.min {
      step.outOfMemory[$0].time < step.outOfMemory[$1].time
    }
    outOfMemory = earliest.map { position in
      let event = step.outOfMemory[position]
      return OutOfMemoryResult(
        step: index, rank: event.rank.index, timeSeconds: event.time.seconds,
        requestedBytes: event.requestedBytes, neededBytes: event.neededBytes,
        category: event.category.name, operation: step.outOfMemoryOperations[position])
    }
  }

  /// The finished cell.
  ///
  /// - Parameters:
  ///   - baseline: step times of the baseline's cell; nil for the baseline itself.
  func result(
    placement: String, strategy: String, baseline: [Double]?, capacityBytes: Int64,
    links: ClusterLinks, layerNumbers: [Int], shown: ShownSteps
  ) -> CellResult {
    let steps = Double(max(1, stepSeconds.count))
    var result = CellResult(
      placement: placement, strategy: strategy, outOfMemoryDetail: outOfMemory,
      stepTime: TimeSummary(Summary(stepSeconds, series: .clear)),
      moeLayerTime: TimeSummary(Summary(layerSeconds)), speedup: speedup(over: baseline),
      peakMemoryBytes: memoryResult(capacityBytes), tokenImbalance: tokenImbalance.result,
      expertComputeImbalance: computeImbalance.result,
      bytes: BytesResult(
        dispatchIntraNode: bytes.dispatchIntraNode / steps,
        dispatchInterNode: bytes.dispatchInterNode / steps,
        combineIntraNode: bytes.combineIntraNode / steps,
        combineInterNode: bytes.combineInterNode / steps, weights: bytes.weights / steps),
      weightTransfersPerLayer: Double(weightTransfers) / Double(max(1, layers)),
      droppedCopiesPerStep: Double(droppedCopies) / steps, timeShares: timeShares,
      rankSeconds: rankSecondsByName(steps), rankCopies: meanCopies,
      busiestLinks: busiestLinks(links, steps), stepSeconds: stepSeconds,
      medianStep: shown.median)
    result.slowStep = shown.slow
    result.criticalPaths = shown.criticalPaths
    result.rankTraffic = trafficMap(steps)
    result.loadHeat = loadHeat(layers: layerNumbers, steps)
    result.memoryByRank = memoryByRank
    return result
  }

  private func trafficMap(_ steps: Double) -> TrafficResult? {
    let ranks = peakMemory.count
    guard ranks > 1, rankTraffic.count == ranks * ranks else { return nil }
    return TrafficResult(
      bytes: (0..<ranks).map { source in
        rankTraffic[(source * ranks)..<((source + 1) * ranks)].map { $0 / steps }
      })
  }

  private func loadHeat(layers: [Int], _ steps: Double) -> LoadHeatResult? {
    let ranks = peakMemory.count
    guard ranks <= StepMaps.mostRanksInMap, layerCopies.count == layers.count * ranks else {
      return nil
    }
    return LoadHeatResult(
      columnKind: "layer", columns: layers.map { "\($0)" },
      copies: (0..<ranks).map { rank in
        layers.indices.map { (layer: Int) -> Double in
          layerCopies[layer * ranks + rank] / steps
        }
      })
  }

  private var memoryByRank: [String: [Int64]] {
    var result: [String: [Int64]] = [:]
    for category in MemoryCategory.allCases {
      let bytes = memoryAtPeak.map { $0[Int(category.rawValue)] }
      if bytes.contains(where: { $0 != 0 }) { result[category.name] = bytes }
    }
    return result
  }

  private func speedup(over baseline: [Double]?) -> SpeedupResult {
    guard let baseline else { return SpeedupResult(mean: 1, confidence95: [1, 1], pValue: nil) }
    let paired = PairedComparison(
      baseline: baseline, candidate: stepSeconds, series: .clear)
    return SpeedupResult(
      mean: paired.speedup, confidence95: paired.speedupConfidence?.ends, pValue: paired.pValue)
  }

  private func memoryResult(_ capacity: Int64) -> PeakMemoryResult {
    let fullest = peakMemory.indices.max { peakMemory[$0] < peakMemory[$1] }
    var byCategory: [String: Int64] = [:]
    for category in MemoryCategory.allCases {
      byCategory[category.name] = fullest.map { memoryAtPeak[$0][Int(category.rawValue)] } ?? 0
    }
    return PeakMemoryResult(
      max: fullest.map { peakMemory[$0] } ?? 0, perRank: peakMemory, byCategory: byCategory,
      capacityBytes: capacity)
  }

  /// Mean token copies of a rank per layer and step.
  private var meanCopies: [Double] {
    let perStep = Double(layers) / Double(max(1, stepSeconds.count))
    let scale = Double(max(1, stepSeconds.count)) * max(1, perStep)
    return rankCopies.map { $0 / scale }
  }

  private var timeShares: [String: Double] {
    let total = pathSeconds.reduce(0, +)
    var shares: [String: Double] = [:]
    for (index, name) in Self.kindNames.enumerated() where index < pathSeconds.count {
      shares[name] = total > 0 ? pathSeconds[index] / total : 0
    }
    return shares
  }

  private func rankSecondsByName(_ steps: Double) -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    for (index, name) in Self.kindNames.enumerated() where index < rankSeconds.count {
      let seconds = rankSeconds[index].map { $0 / steps }
      if seconds.contains(where: { $0 > 0 }) { result[name] = seconds }
    }
    return result
  }

  private func busiestLinks(_ links: ClusterLinks, _ steps: Double) -> [LinkResult] {
    let total = stepSeconds.reduce(0, +)
    let results = linkBytes.indices.map { link in
      LinkResult(
        link: links.names[link], bytes: linkBytes[link] / steps,
        utilization: total > 0 ? linkBytes[link] / links.capacities[link] / total : 0)
    }
    let order = results.indices.sorted {
      (results[$1].utilization, $0) < (results[$0].utilization, $1)
    }
    return order.prefix(8).map { results[$0] }.filter { $0.bytes > 0 }
  }

  private static let kindNames = OperationKind.allCases.map(\.name) + ["waiting"]

  private static func sum(_ left: [Double], _ right: [Double]) -> [Double] {
    left.isEmpty ? right : zip(left, right).map { $0 + $1 }
  }
}

/// A running mean and the largest value.
private struct MeanAndLargest {
  private var sum = 0.0
  private var count = 0
  private var largest = 0.0

  mutating func add(_ value: Double) {
    sum += value
    count += 1
    largest = max(largest, value)
  }

  var result: ImbalanceResult {
    ImbalanceResult(mean: count > 0 ? sum / Double(count) : 1, max: count > 0 ? largest : 1)
  }
}
