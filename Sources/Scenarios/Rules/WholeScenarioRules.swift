internal import Diagnostics
internal import Domain
internal import Quantities

/// A rule about how parts of a scenario fit together.
protocol WholeScenarioRule: Sendable {
  static func check(_ parts: ScenarioParts, _ reading: Reading)
}

/// The parts of a scenario that could be read; rules look at those they need.
struct ScenarioParts {
  var cluster: Cluster?
  var model: MoEModel?
  var workload: Workload?
  var parallelism: Parallelism?
}

/// Every rule of this kind; a new one is one more line.
enum WholeScenarioRules {
  static let all: [@Sendable (ScenarioParts, Reading) -> Void] = [
    TopKRule.check, ExpertGroupsRule.check, IdleRanksRule.check, ClusterSizeRule.check,
    TotalSizeRule.check, FastBetweenNodesRule.check, PlausibleMachineRule.check,
  ]
}

/// A token cannot go to more different experts than there are.
enum TopKRule: WholeScenarioRule {
  static func check(_ parts: ScenarioParts, _ reading: Reading) {
    guard let model = parts.model, model.topK > model.experts else { return }
    reading.report(
      .error, .topKAboveExperts, at: "model.topK",
      "topK is \(model.topK), but a layer has only \(model.experts) experts",
      fixes: ["lower topK to \(model.experts) or less"])
  }
}

/// Groups of experts are equal and hold enough experts for a token.
enum ExpertGroupsRule: WholeScenarioRule {
  static func check(_ parts: ScenarioParts, _ reading: Reading) {
    guard let model = parts.model, model.expertGroups > 1 else { return }
    if model.experts % model.expertGroups != 0 {
      reading.report(
        .error, .expertGroups, at: "model.expertGroups",
        "\(model.expertGroups) groups do not divide \(model.experts) experts")
    } else if model.groupsPerToken > model.expertGroups {
      reading.report(
        .error, .expertGroups, at: "model.groupsPerToken",
        "a token may use \(model.groupsPerToken) groups, but there are \(model.expertGroups)")
    } else if model.groupsPerToken * (model.experts / model.expertGroups) < model.topK {
      reading.report(
        .error, .expertGroups, at: "model.groupsPerToken",
        "the groups a token may use hold fewer experts than topK (\(model.topK))")
    }
  }
}

/// Fewer experts than ranks leave some ranks without one.
enum IdleRanksRule: WholeScenarioRule {
  static func check(_ parts: ScenarioParts, _ reading: Reading) {
    guard let model = parts.model, let parallelism = parts.parallelism,
      model.experts < parallelism.expert
    else { return }
    reading.report(
      .warning, .idleRanks, at: "parallelism.expert",
      "\(parallelism.expert) ranks share \(model.experts) experts; without copies some hold none")
  }
}

/// The largest cluster that can be simulated.
enum ClusterSizeRule: WholeScenarioRule {
  static let limit = 65536

  static func check(_ parts: ScenarioParts, _ reading: Reading) {
    guard let cluster = parts.cluster else { return }
    let (ranks, overflow) = cluster.nodes.multipliedReportingOverflow(
      by: cluster.acceleratorsPerNode)
    guard overflow || ranks > limit else { return }
    reading.report(
      .error, .tooLarge, at: "cluster.nodes",
      "\(cluster.nodes) nodes of \(cluster.acceleratorsPerNode) accelerators are more than "
        + "\(limit) ranks, the most that can be simulated")
  }
}

/// Token counts of one step must fit in memory: one number a (rank, expert, layer).
enum TotalSizeRule: WholeScenarioRule {
  /// 4 GiB of 32-bit counts.
  static let limit = 1_073_741_824.0

  static func check(_ parts: ScenarioParts, _ reading: Reading) {
    guard let cluster = parts.cluster, let model = parts.model else { return }
    let counts =
      Double(cluster.nodes) * Double(cluster.acceleratorsPerNode) * Double(model.experts)
      * Double(model.layers.count)
    guard counts > limit else { return }
    reading.report(
      .error, .tooLarge, at: "cluster.nodes",
      "ranks × experts × layers is \(QuantityFormat.significant(counts)), more than the "
        + "\(QuantityFormat.significant(limit)) counts that fit in memory",
      help: ["simulate fewer layers with 'model.layers', or fewer ranks"])
  }
}

/// The network between nodes is seldom faster than the links inside them.
enum FastBetweenNodesRule: WholeScenarioRule {
  static func check(_ parts: ScenarioParts, _ reading: Reading) {
    guard let cluster = parts.cluster, cluster.nodes > 1, cluster.acceleratorsPerNode > 1 else {
      return
    }
    let inside = cluster.intraNode.bandwidth
    let between = cluster.interNode.bandwidth
    guard between > inside, cluster.intraNodeKind != .pcie else { return }
    reading.report(
      .warning, .fastBetweenNodes, at: "cluster.interNode.bandwidth",
      "\(ValueText.quantity(between.bytesPerSecond, .bandwidth)) between nodes is faster than "
        + "\(ValueText.quantity(inside.bytesPerSecond, .bandwidth)) inside them; units swapped?")
  }
}

/// Figures far from what machines have.
enum PlausibleMachineRule: WholeScenarioRule {
  static func check(_ parts: ScenarioParts, _ reading: Reading) {
    guard let cluster = parts.cluster else { return }
    let accelerator = cluster.accelerator
    let figures: [(String, Double, ClosedRange<Double>, QuantityKind)] = [
      (
        "accelerator.memoryBandwidth", accelerator.memoryBandwidth.bytesPerSecond, 1e9...1e14,
        .bandwidth
      ),
      ("accelerator.memoryCapacity", accelerator.memoryCapacity.bytes, 5e8...1e13, .data),
      ("intraNode.bandwidth", cluster.intraNode.bandwidth.bytesPerSecond, 1e8...2e13, .bandwidth),
      ("interNode.bandwidth", cluster.interNode.bandwidth.bytesPerSecond, 1e7...2e12, .bandwidth),
      ("intraNode.latency", cluster.intraNode.latencySeconds, 0...1e-3, .time),
      ("interNode.latency", cluster.interNode.latencySeconds, 0...1e-2, .time),
    ]
    for (path, value, range, kind) in figures where !range.contains(value) {
      doubt("cluster.\(path)", value, kind, reading)
    }
    for arithmetic in ArithmeticClass.allCases {
      guard let peak = accelerator.peaks[arithmetic]?.flopsPerSecond else { continue }
      if !(1e9...1e18).contains(peak) {
        doubt("cluster.accelerator.peaks.\(arithmetic.rawValue)", peak, .computeRate, reading)
      }
    }
  }

  private static func doubt(
    _ path: String, _ value: Double, _ kind: QuantityKind, _ reading: Reading
  ) {
    let name = path.split(separator: ".").suffix(2).joined(separator: ".")
    reading.report(
      .warning, .implausibleValue, at: path,
      "\(ValueText.quantity(value, kind)) for '\(name)' is far from what machines have")
  }
}
