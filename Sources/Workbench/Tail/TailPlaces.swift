import Domain
import Plan

/// Where in a step each reason for slowness sits.
struct TailPlaces: Sendable {
  /// The place of a cause; absent parts are everywhere.
  struct Place: Hashable, Sendable {
    var rank: Int?
    var expert: Int?
    var link: String?
  }

  /// The rank that computes slowest; nil where all are alike.
  let straggler: Place
  /// The link that carries most beyond its even part, counted in time.
  let communication: Place
  /// The busiest rank of each layer and group and its busiest expert, `[slots]`.
  let tokenImbalance: [Place]
  /// The rank that sends or receives most weights in each layer and group, `[slots]`.
  let weightTransfer: [Place]

  init(
    plan: ExecutionPlan, counterfactual: Counterfactual, cluster: Cluster, links: [String],
    busier: [Double]
  ) {
    let factors = cluster.computeFactors
    let slowest = factors.indices.max { (factors[$0], $1) < (factors[$1], $0) }
    straggler = Place(rank: slowest.flatMap { factors[$0] > 1 ? $0 : nil })
    let link = busier.indices.max { (busier[$0], $1) < (busier[$1], $0) }
    communication = link.map { Place(rank: Self.rank(in: links[$0]), link: links[$0]) } ?? Place()
    let busiest = plan.layerOutcomes.map { outcome -> Int in
      let copies = outcome.computedCopies
      let member = copies.indices.max { (copies[$0], $1) < (copies[$1], $0) } ?? 0
      return outcome.firstRank + member
    }
    let groupSize = max(1, plan.layerOutcomes.first?.computedCopies.count ?? plan.ranks)
    let groups = (plan.ranks + groupSize - 1) / groupSize
    var imbalance = busiest.map { Place(rank: $0) }
    var largest = busiest.map { _ in Int32(-1) }
    var weights = busiest.map { _ in [Int: Double]() }
    var experts = busiest.map { _ in [Int: Int32]() }
    for (index, operation) in plan.operations.enumerated() where operation.layer >= 0 {
      let slot = Int(operation.layer) * groups + Int(operation.rank) / groupSize
      guard busiest.indices.contains(slot) else { continue }
      switch operation.work {
      case .experts where Int(operation.rank) == busiest[slot]:
        for row in counterfactual.rows(of: OperationID(index)) where row.rows > largest[slot] {
          largest[slot] = row.rows
          imbalance[slot].expert = Int(row.expert)
        }
      case .exchange(let exchange) where operation.kind == .weights:
        guard case .transfers(let first, let count) = plan.exchanges[Int(exchange)].payload,
          plan.exchanges[Int(exchange)].firstRank == operation.rank
        else { continue }
        for transfer in plan.transfers[Int(first)..<Int(first + count)] {
          for end in [Int(transfer.from), Int(transfer.to)] {
            weights[slot][end, default: 0] += transfer.bytes
            experts[slot][end] = experts[slot][end] ?? transfer.expert
          }
        }
      default: break
      }
    }
    tokenImbalance = imbalance
    weightTransfer = weights.indices.map { slot in
      let rank = weights[slot].keys.sorted().max {
        (weights[slot][$0] ?? 0, $1) < (weights[slot][$1] ?? 0, $0)
      }
      return Place(rank: rank, expert: rank.flatMap { experts[slot][$0] }.map { Int($0) })
    }
  }

  /// The first rank that a link's name holds, such as 3 in `rank 3 NIC up`.
  private static func rank(in link: String) -> Int? {
    let words = link.split(separator: " ")
    guard words.count > 1, words[0] == "rank" else { return nil }
    return Int(words[1])
  }
}
