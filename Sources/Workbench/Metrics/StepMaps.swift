import Domain
import Plan

/// Bytes from rank to rank and copies by rank and layer of one step, for maps in reports.
package struct StepMaps: Sendable {
  /// Ranks beyond which a map of all pairs says nothing to a reader and is left out.
  static let mostRanksInMap = 64

  /// Bytes `[ranks × ranks]`, row = source; empty for large clusters.
  let rankTraffic: [Double]
  /// Token copies computed, `[layers × ranks]`.
  let copies: [Double]

  /// - Complexity: O(exchanges × ranks²) up to ``mostRanksInMap`` ranks, else O(layers × ranks).
  init(plan: ExecutionPlan) {
    rankTraffic = plan.ranks <= Self.mostRanksInMap ? Self.traffic(of: plan) : []
    var copies = [Double](repeating: 0, count: plan.model.layers.count * plan.ranks)
    for outcome in plan.layerOutcomes {
      for (member, count) in outcome.computedCopies.enumerated() {
        copies[outcome.layer * plan.ranks + outcome.firstRank + member] += Double(count)
      }
    }
    self.copies = copies
  }

  private static func traffic(of plan: ExecutionPlan) -> [Double] {
    var bytes = [Double](repeating: 0, count: plan.ranks * plan.ranks)
    for exchange in plan.exchanges {
      let first = Int(exchange.firstRank)
      switch exchange.payload {
      case .collective: break
      case .transfers(let start, let count):
        for transfer in plan.transfers[Int(start)..<Int(start + count)] {
          bytes[Int(transfer.from) * plan.ranks + Int(transfer.to)] += transfer.bytes
        }
      case .allToAll(let matrix, let unit, let isReturn):
        let table = plan.matrices[Int(matrix)]
        for source in 0..<table.ranks {
          for destination in 0..<table.ranks where source != destination {
            let amount = isReturn ? table[destination, source] : table[source, destination]
            bytes[(first + source) * plan.ranks + first + destination] += Double(amount) * unit
          }
        }
      }
    }
    return bytes
  }
}
