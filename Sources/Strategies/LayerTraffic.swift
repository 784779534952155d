import Domain
import Plan

/// The tables of a layer's all-to-all, shared by dispatch and combine.
struct LayerTraffic {
  private let ranks: Int32
  private let nodes: Int32?

  /// Writes the tables of `dispatch` into `builder`.
  init(
    _ dispatch: CopyDispatch, layer: RoutedLayer, group: Range<Int>, cluster: Cluster,
    deduplication: Deduplication, builder: inout PlanBuilder
  ) {
    var matrix = TrafficMatrix(ranks: group.count)
    for index in dispatch.copies.indices { matrix.amounts[index] = Float(dispatch.copies[index]) }
    ranks = builder.add(matrix)
    nodes = nil
  }

  /// The payload of one direction.
  func payload(unitBytes: Double, isReturn: Bool, calls: Int32) -> Exchange.Payload {
    if let nodes {
      return .hierarchical(
        matrix: ranks, nodes: nodes, unitBytes: unitBytes, isReturn: isReturn, calls: calls)
    }
    return .allToAll(matrix: ranks, unitBytes: unitBytes, isReturn: isReturn, calls: calls)
  }
}
