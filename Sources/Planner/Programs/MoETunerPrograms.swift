internal import LinearModel

/// MoETuner's two integer programs (Go and Mahajan, "MoETuner", arXiv 2502.06643,
/// section 4), with the constraint that the text leaves out: each expert is in exactly one cluster.
enum MoETunerPrograms {
  /// Clusters of one layer's experts whose token counts differ least from the mean.
  ///
  /// Minimise Σ_c |T_c − mean| with T_c the tokens of cluster c; no cluster is empty, and none is
  /// larger than `largest`. Tokens are divided by the mean.
  struct Clustering {
    let model: LinearModel
    private let inCluster: [[Variable]]
    private let deviation: [Variable]
    private let tokens: [Double]

    init(loads: [Double], clusters: Int, largest: Int) {
      let mean = max(1e-9, loads.reduce(0, +) / Double(clusters))
      let tokens = loads.map { $0 / mean }
      // The scaled tokens sum to the cluster count, or to 0 if there are none.
      let target = tokens.reduce(0, +) / Double(clusters)
      var model = LinearModel(name: "clusters of experts")
      let inCluster = (0..<clusters).map { cluster in
        loads.indices.map { model.binary("expert \($0) in cluster \(cluster)") }
      }
      let deviation = (0..<clusters).map { model.variable("deviation of cluster \($0)") }
      for expert in loads.indices {
        model.require(
          "one cluster for expert \(expert)", sum(inCluster) { $0[expert] } == 1.0)
      }
      for (cluster, members) in inCluster.enumerated() {
        let load = sum(loads.indices) { tokens[$0] * members[$0] }
        model.require("more in cluster \(cluster)", load - target <= deviation[cluster])
        model.require("less in cluster \(cluster)", target - load <= deviation[cluster])
        if loads.count >= clusters {
          model.require("cluster \(cluster) is not empty", sum(members) { $0 } >= 1.0)
        }
        model.require("size of cluster \(cluster)", sum(members) { $0 } <= Double(largest))
      }
      // Clusters have no names yet: the i-th heaviest expert need not go beyond cluster i.
      let order = loads.indices.sorted { loads[$0] > loads[$1] }
      for (place, expert) in order.prefix(clusters).enumerated() {
        for cluster in place + 1..<max(place + 1, clusters) {
          model.require(
            "order of expert \(expert) and cluster \(cluster)",
            1 * inCluster[cluster][expert] <= 0.0)
        }
      }
      model.minimize(sum(deviation) { $0 })
      self.model = model
      self.inCluster = inCluster
      self.deviation = deviation
      self.tokens = tokens
    }

    /// Experts by cluster.
    func clusters(of values: [Double]) -> [[Int]] {
      inCluster.map { members in
        members.indices.filter { values[members[$0].index] > 0.5 }
      }
    }

    /// The program's values for given clusters.
    func values(of clusters: [[Int]]) -> [Double] {
      var values = Array(repeating: 0.0, count: model.variables.count)
      let target = tokens.reduce(0, +) / Double(clusters.count)
      for (cluster, experts) in clusters.enumerated() {
        for expert in experts { values[inCluster[cluster][expert].index] = 1 }
        let load = experts.reduce(0) { $0 + tokens[$1] }
        values[deviation[cluster].index] = abs(load - target)
      }
      return values
    }
  }

  /// Clusters of all layers on ranks such that the dearest pair of ranks of each boundary costs
  /// least in sum.
  ///
  /// Minimise Σ_l Z_l with Z_l ≥ Σ_{c,d} flow_l[c, d] · cost[g, h] · on_l[c, g] · on_{l+1}[d, h] for
  /// every pair of ranks g ≠ h; products are replaced by one variable each.
  struct Mapping {
    let model: LinearModel
    private let onRank: [[[Variable]]]

    /// - Parameters:
    ///   - flows: Tokens by boundary, cluster and cluster of the next layer.
    ///   - cost: Cost of a token by pair of ranks.
    init(flows: [[[Double]]], cost: [[Double]]) {
      let ranks = cost.count
      let scale = max(1e-9, flows.joined().joined().max() ?? 0) * max(1, cost.joined().max() ?? 0)
      var model = LinearModel(name: "clusters on ranks")
      let onRank = (0...flows.count).map { layer in
        (0..<ranks).map { cluster in
          (0..<ranks).map {
            model.binary("cluster \(cluster) of layer \(layer) on rank \($0)")
          }
        }
      }
      for (layer, clusters) in onRank.enumerated() {
        for index in 0..<ranks {
          model.require(
            "one rank for cluster \(index) of layer \(layer)",
            sum(clusters[index]) { $0 } == 1.0)
          model.require(
            "one cluster for rank \(index) in layer \(layer)",
            sum(clusters) { $0[index] } == 1.0)
        }
      }
      var worst: [Variable] = []
      for (layer, flow) in flows.enumerated() {
        let largest = model.variable("dearest pair after layer \(layer)")
        worst.append(largest)
        for source in 0..<ranks {
          for destination in 0..<ranks where cost[source][destination] > 0 {
            var load = LinearExpression()
            for cluster in 0..<ranks {
              for next in 0..<ranks where flow[cluster][next] > 0 {
                let both = model.variable(
                  "both \(layer) \(cluster) \(next) \(source) \(destination)", upper: 1)
                model.require(
                  "product \(layer) \(cluster) \(next) \(source) \(destination)",
                  onRank[layer][cluster][source] + onRank[layer + 1][next][destination]
                    - both <= 1.0)
                load = load + (flow[cluster][next] * cost[source][destination] / scale) * both
              }
            }
            model.require("pair \(source) \(destination) after layer \(layer)", load <= largest)
          }
        }
      }
      model.minimize(scale * sum(worst) { $0 })
      self.model = model
      self.onRank = onRank
    }

    /// The rank of each cluster, by layer.
    func ranks(of values: [Double]) -> [[Int]] {
      onRank.map { clusters in
        clusters.map { ranks in ranks.firstIndex { values[$0.index] > 0.5 } ?? 0 }
      }
    }
  }
}
