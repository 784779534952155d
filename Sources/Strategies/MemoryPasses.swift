import Plan

/// How often the memory-bound kernels of a layer read or write its rows.
///
/// The eager counts were fitted, together with the rates they run at, to the published bars of the
/// LLEP paper (docs/reproductions/llep-model.md): an eager framework reads and writes rows again for
/// every index, cast, activation and scale. Fused kernels touch a row once on each side.
struct MemoryPasses {
  /// Passes over a rank's own copies, hidden wide, before they are sent.
  var gather: Double
  /// Passes over a rank's own copies, hidden wide, after they came back.
  var sum: Double
  /// Passes over received copies, hidden wide.
  var receivedRows: Double
  /// Passes over received copies, one expert's intermediate width wide.
  var activations: Double
  /// Row buffers of a rank's own copies that are held while they are un-sorted and summed, the
  /// returned rows among them.
  var combineBuffers: Double

  /// Expert parallelism as the LLEP reference has it: whole batches, unfused.
  static let eagerWholeBatch = MemoryPasses(
    gather: 2, sum: 3, receivedRows: 6, activations: 27, combineBuffers: 5.1)
  /// LLEP's own path: tagged and sorted once more, then gathered and put back expert by expert.
  static let eagerByExpert = MemoryPasses(
    gather: 4, sum: 3, receivedRows: 17, activations: 8, combineBuffers: 5.4)
  /// Fused kernels: the expert kernel's own traffic is part of its cost model.
  static let fused = MemoryPasses(
    gather: 2, sum: 2, receivedRows: 0, activations: 0, combineBuffers: 1)
}
