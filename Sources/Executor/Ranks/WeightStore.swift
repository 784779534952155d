internal import Kernels

/// The weights that ranks keep: every rank has its own copy in memory, made when it is first used.
///
/// A class because cells with different placements share the copies that they have in common. Used
/// by one thread at a time; ranks on threads have a store each.
public final class WeightStore {
  private let weights: SeededWeights
  private let layerNumbers: [Int]
  private let budget: MemoryBudget
  private var copies: [Key: FloatBuffer] = [:]

  private struct Key: Hashable {
    var layer: Int
    var rank: Int
    var expert: Int
  }

  /// - Parameter layerNumbers: the model's number of the layer at each position.
  public init(_ weights: SeededWeights, layerNumbers: [Int], budget: MemoryBudget) {
    self.weights = weights
    self.layerNumbers = layerNumbers
    self.budget = budget
  }

  /// The copy of an expert's weights that `rank` keeps.
  ///
  /// - Throws: ``ExecutionError/memoryLimit(neededBytes:limitBytes:)``.
  func copy(_ expert: Int, layer: Int, rank: Int) throws(ExecutionError) -> FloatBuffer {
    let key = Key(layer: layer, rank: rank, expert: expert)
    if let copy = copies[key] { return copy }
    let count = weights.network.weightCount
    try budget.take(count * 4)
    let copy = FloatBuffer(count: count)
    weights.fill(copy.pointer, expert: expert, layer: layerNumbers[layer])
    copies[key] = copy
    return copy
  }
}
