import Plan

/// What a strategy decides about one layer in one expert-parallel group; the lowering turns it into
/// operations.
struct LayerDecision {
  /// Where every token copy is computed.
  var dispatch: CopyDispatch
  /// Weights that travel once the layer is planned: (expert, from, to) with ranks of the group. A
  /// message may pass on what an earlier one brought.
  var weightTransfers: [LeastLoadedAssignment.Transfer] = []
  /// Ranks that still have weights from earlier steps, beside those that keep them,
  /// `[experts][ranks]`; empty where nothing is kept from step to step.
  var leftHolders: [[Int]] = []
  /// Weights that travel before the layer is routed, under the attention before it, `[stages]`: what
  /// a message passes on came in an earlier stage.
  var prefetchedStages: [[LeastLoadedAssignment.Transfer]] = []
  /// Whether rows wait until prefetched weights and their gradients have travelled, so that the two
  /// never share links.
  var separatesPrefetch = false
  /// Whether foreign weights have memory of their own for the whole step; else they take it from
  /// their transfer to the end of the layer.
  var weightsHaveSlots = false
  /// What is planned on the critical path, after the gate.
  var planning = PlanningWork.none
  /// Rows of zeros that every rank computes to fill up its experts, among the rows of ``dispatch``;
  /// empty where there are none.
  var paddedCopies: [Int] = []
  /// Token copies that nobody computes.
  var droppedCopies = 0
  /// Whether prefetched weights are given back after the forward pass and fetched again for the
  /// backward pass (training).
  var isRematerialized = false
  /// True where the routing was left as plain expert parallelism would.
  var isPlainRouting = true
}

/// How much is planned between the gate and the dispatch.
enum PlanningWork: Hashable {
  case none
  /// A plan from the loads of the layer's experts.
  case loads
  /// A linear program of so many rows and columns.
  case program(rows: Int, columns: Int)
}

/// How a strategy carries out a layer, beside what it decides.
struct LayerStyle {
  var implementation: Implementation
  /// Where duplicates of a token are removed before it is sent.
  var deduplication: Deduplication
  /// Whether activations are kept for all rows of a rank at once or for one expert at a time.
  var activations: ActivationExtent
  var passes: MemoryPasses
  /// Micro-batches that run side by side on a rank.
  var microBatchLanes = 1
  /// Parts that dispatch, experts and combine are cut into.
  var chunks = 1
  /// Part of the processors that communication kernels take while they run beside compute.
  var communicationShare = 0.0

  /// The part of the processors that compute of `kind` has: what communication leaves of it where
  /// the plan lets rows travel beside it.
  func processors(of kind: OperationKind) -> Double {
    let isBeside =
      switch kind {
      case .sharedExperts: true
      case .expertCompute: chunks > 1 || microBatchLanes > 1
      case .attention, .routing, .dense: microBatchLanes > 1
      case .dispatch, .combine, .weights, .collectives, .other: false
      }
    return isBeside ? 1 - communicationShare : 1
  }
}

/// Where duplicates of a token are removed before it is sent.
enum Deduplication: String, CaseIterable {
  /// One row a copy, as the LLEP paper's expert parallelism does.
  case none
  /// One row a destination rank.
  case rank
  /// One row a destination node over the network, then one a rank inside the node.
  case node
}

/// How many rows hold intermediate activations at the same time.
enum ActivationExtent {
  case allRows, largestExpert
}
