/// The network of one expert: down(silu(x · gate) ⊙ (x · up)), or down(silu(x · up)) without a gate.
///
/// Weights stand in one block, so that one copy moves an expert: the first matrix (hidden ×
/// intermediate, or hidden × 2·intermediate with the gate's columns first) and the second
/// (intermediate × hidden), row by row.
public struct FeedForwardNetwork: Hashable, Sendable {
  public let hidden: Int
  public let intermediate: Int
  public let isGated: Bool

  public init(hidden: Int, intermediate: Int, isGated: Bool) {
    self.hidden = hidden
    self.intermediate = intermediate
    self.isGated = isGated
  }

  /// Columns of the first product.
  public var firstWidth: Int { isGated ? 2 * intermediate : intermediate }

  /// Floats of one network's weights.
  public var weightCount: Int { hidden * firstWidth + intermediate * hidden }

  /// Floats that ``forward(_:rows:weights:projected:active:output:)`` keeps of each row for the
  /// backward pass.
  public var projectedCount: Int { firstWidth }

  /// Computes `rows` rows.
  ///
  /// - Parameters:
  ///   - projected: receives the first product, `[rows × firstWidth]`, which ``backward`` needs.
  ///   - active: receives the second product's input, `[rows × intermediate]`.
  public func forward(
    _ input: UnsafePointer<Float>, rows: Int, weights: UnsafePointer<Float>,
    projected: UnsafeMutablePointer<Float>, active: UnsafeMutablePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    guard rows > 0 else { return }
    multiply(input, weights, into: projected, rows: rows, columns: firstWidth, depth: hidden)
    activate(projected, rows: rows, into: active)
    multiply(
      active, weights + hidden * firstWidth, into: output, rows: rows, columns: hidden,
      depth: intermediate)
  }

  /// The input of the second product from the output of the first.
  public func activate(
    _ projected: UnsafePointer<Float>, rows: Int, into active: UnsafeMutablePointer<Float>
  ) {
    guard isGated else {
      Activation.forward(gate: projected, up: nil, into: active, count: rows * intermediate)
      return
    }
    for row in 0..<rows {
      let gate = projected + row * firstWidth
      Activation.forward(
        gate: gate, up: gate + intermediate, into: active + row * intermediate,
        count: intermediate)
    }
  }

  /// The gradients of a loss, given its gradient with respect to the output.
  ///
  /// - Parameters:
  ///   - projected: what the forward pass left; replaced by the gradient with respect to it.
  ///   - active: room for `[rows × intermediate]` floats.
  ///   - weightGradient: the gradients of these rows are added to it.
  public func backward(
    outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, rows: Int,
    weights: UnsafePointer<Float>, projected: UnsafeMutablePointer<Float>,
    active: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>
  ) {
    guard rows > 0 else { return }
    let second = hidden * firstWidth
    activate(projected, rows: rows, into: active)
    multiply(
      active, outputGradient, into: weightGradient + second, rows: intermediate,
      columns: hidden, depth: rows, transposed: .left, keep: 1)
    multiply(
      outputGradient, weights + second, into: active, rows: rows, columns: intermediate,
      depth: hidden, transposed: .right)
    differentiate(active, projected: projected, rows: rows)
    multiply(
      input, projected, into: weightGradient, rows: hidden, columns: firstWidth, depth: rows,
      transposed: .left, keep: 1)
    multiply(
      projected, weights, into: inputGradient, rows: rows, columns: hidden, depth: firstWidth,
      transposed: .right)
  }

  /// Replaces `projected` by the gradient with respect to it, given that of the second product's input.
  public func differentiate(
    _ gradient: UnsafePointer<Float>, projected: UnsafeMutablePointer<Float>, rows: Int
  ) {
    guard isGated else {
      Activation.backward(
        gradient: gradient, gate: projected, up: nil, count: rows * intermediate)
      return
    }
    for row in 0..<rows {
      let gate = projected + row * firstWidth
      Activation.backward(
        gradient: gradient + row * intermediate, gate: gate, up: gate + intermediate,
        count: intermediate)
    }
  }
}
