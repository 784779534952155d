import Domain
import Plan

/// The table of a layer's all-to-all, shared by dispatch and combine.
///
/// Without removal of duplicates it counts token copies. Else it counts the rows that really travel:
/// per destination rank, or, for `node`, once per destination node to the rank on the source's rail
/// and from there to the ranks of its node. The combine moves the same rows backwards, because
/// results are summed where copies were fanned out.
struct LayerTraffic {
  private let matrix: Int32

  /// Writes `table` into `builder`.
  init(_ table: ExchangeTable, builder: inout PlanBuilder) { matrix = builder.add(table) }

  /// The table of `dispatch`.
  static func table(
    _ dispatch: CopyDispatch, layer: RoutedLayer, group: Range<Int>, cluster: Cluster,
    deduplication: Deduplication
  ) -> ExchangeTable {
    var table = ExchangeTable(ranks: group.count)
    if deduplication != .none, let assignment = dispatch.assignment {
      let isWhole = group.count == layer.sources
      let nodeSize = Self.nodeSize(of: group, in: cluster)
      let distinct = (isWhole ? layer : layer.slice(group)).distinctTokens(
        assignment, ranks: group.count, ranksPerNode: nodeSize)
      if deduplication == .rank || nodeSize == group.count {
        for index in table.amounts.indices { table.amounts[index] = Float(distinct.perRank[index]) }
      } else {
        Self.fill(&table, from: distinct, nodeSize: nodeSize)
      }
    } else {
      for index in dispatch.copies.indices { table.amounts[index] = Float(dispatch.copies[index]) }
    }
    return table
  }

  /// The payload of one direction.
  func payload(unitBytes: Double, isReturn: Bool) -> Exchange.Payload {
    .allToAll(matrix: matrix, unitBytes: unitBytes, isReturn: isReturn)
  }

  /// Ranks of the group in one node: groups that do not cover whole nodes count as one node.
  private static func nodeSize(of group: Range<Int>, in cluster: Cluster) -> Int {
    let size = cluster.acceleratorsPerNode
    return group.count % size == 0 && group.lowerBound % size == 0 ? size : group.count
  }

  /// Rows that cross the network once per node, and are passed on inside it.
  private static func fill(
    _ table: inout ExchangeTable, from distinct: DistinctTokens, nodeSize: Int
  ) {
    let ranks = distinct.ranks
    for source in 0..<ranks {
      let ownNode = source / nodeSize
      for node in 0..<distinct.nodes {
        let members = (node * nodeSize)..<((node + 1) * nodeSize)
        if node == ownNode {
          for rank in members {
            table[source, rank] += Float(distinct.perRank[source * ranks + rank])
          }
          continue
        }
        let relay = node * nodeSize + source % nodeSize
        table[source, relay] += Float(distinct.perNode[source * distinct.nodes + node])
        for rank in members where rank != relay {
          table[relay, rank] += Float(distinct.perRank[source * ranks + rank])
        }
      }
    }
  }
}
