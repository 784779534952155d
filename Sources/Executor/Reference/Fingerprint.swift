internal import Domain
internal import Kernels
private import Statistics

/// A few numbers that tell what a run computed, so that it can be held against runs with other
/// strategies, placements and transports.
///
/// Every part of the results is projected on a fixed vector of random signs, so that one wrong number
/// among many moves the projection by as much as it is wrong.
public struct Fingerprint: Hashable, Sendable {
  /// What is told apart.
  public enum Part: Int, CaseIterable, Sendable {
    case outputs, inputGradients, weightGradients, gateGradients

    public var name: String { "\(self)" }
  }

  /// Projection and sum of squares of every part.
  private var numbers = [Double](repeating: 0, count: 2 * Part.allCases.count)

  public init() {}

  /// The numbers to be added up over processes, and back.
  public var summands: [Double] {
    get { numbers }
    set { numbers = newValue }
  }

  /// The part's projection on its signs.
  public func projection(_ part: Part) -> Double { numbers[2 * part.rawValue] }

  /// The length of the part as a vector.
  public func length(_ part: Part) -> Double { numbers[2 * part.rawValue + 1].squareRoot() }

  public mutating func merge(_ other: Fingerprint) {
    for index in numbers.indices { numbers[index] += other.numbers[index] }
  }

  /// Adds results: `count` numbers that are named by two indices.
  mutating func add(
    _ part: Part, _ first: Int, _ second: Int, _ values: UnsafePointer<Float>, count: Int
  ) {
    var stream = RandomStream(seed: 1, purpose: "fingerprint", part.rawValue, first, second)
    var (projection, squares) = (0.0, 0.0)
    var index = 0
    while index < count {
      var signs = stream.next()
      for _ in 0..<min(64, count - index) {
        let value = Double(values[index])
        projection += signs & 1 == 0 ? value : -value
        squares += value * value
        signs >>= 1
        index += 1
      }
    }
    numbers[2 * part.rawValue] += projection
    numbers[2 * part.rawValue + 1] += squares
  }

  /// How far two runs are apart: the largest difference of projections and of lengths over the longer
  /// length, over all parts.
  public func distance(to other: Fingerprint) -> Double {
    Part.allCases.reduce(0) { worst, part in
      let scale = max(length(part), other.length(part))
      guard scale != 0 else { return worst }
      let projections = abs(projection(part) - other.projection(part))
      let lengths = abs(length(part) - other.length(part))
      let distance = max(projections, lengths) / scale
      // Results that are no numbers are as far apart as can be.
      return distance.isFinite ? max(worst, distance) : .infinity
    }
  }
}

extension RankProgram {
  /// What the last run left on this rank: its tokens' results and, in the first group, the gradients
  /// of the experts at home here.
  public func fingerprint() -> Fingerprint {
    var result = Fingerprint()
    for slot in 0..<tokens.slots {
      let count = tokenCount(slot) * hidden
      if let start = workspace.existing(.output, slot: slot) {
        result.add(.outputs, slot, rank, start, count: count)
      }
      // Buffers may be left from a run that trained.
      if world.hasBackwardPass, let start = workspace.existing(.inputGradient, slot: slot) {
        result.add(.inputGradients, slot, rank, start, count: count)
      }
    }
    guard world.hasBackwardPass, world.group(of: rank) == 0 else { return result }
    for layer in 0..<tokens.layers {
      for expert in 0..<model.experts
      where world.residency.home(of: expert, layer: layer, inGroupOf: rank) == rank
        && hasGradient[layer * model.experts + expert]
      {
        guard let start = workspace.existing(.gradient(expert), slot: layer) else { continue }
        result.add(.weightGradients, layer, expert, start, count: network.weightCount)
      }
      guard rank == 0, let start = workspace.existing(.gateGradient, slot: layer) else { continue }
      result.add(.gateGradients, layer, 0, start, count: hidden * model.experts)
    }
    return result
  }
}
