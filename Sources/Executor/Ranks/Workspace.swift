internal import Kernels

/// What a buffer of a rank is for.
enum BufferRole: Hashable {
  /// Tokens as they enter the layer, `[tokens × hidden]`.
  case input
  /// `[tokens × experts]`.
  case logits
  /// The gate's weights, `[tokens × topK]`.
  case gateWeights
  /// Copies in the order they are sent, `[copies × hidden]`.
  case sent
  /// Copies in the order they were received.
  case received
  /// Copies in the order they are computed.
  case expertInput
  /// The first product of the experts, `[rows × firstWidth]`.
  case projected
  /// The input of their second product, for one expert at a time.
  case active
  /// Results in the order they were computed.
  case expertOutput
  /// Results in the order they are returned.
  case returning
  /// Returned results in the order their copies were sent.
  case returned
  /// The layer's output, `[tokens × hidden]`.
  case output
  /// The shared experts' first product, second input and output.
  case sharedProjected, sharedActive, sharedOutput
  /// Copies for every expert, counted by the gate.
  case counts
  /// Weights of an expert that were received.
  case replica(Int)
  /// The gradient with respect to the layer's output and input, `[tokens × hidden]`.
  case outputGradient, inputGradient
  /// The gradients of copies, by station, as for the copies themselves.
  case gradientSent, gradientReceived, expertOutputGradient, expertInputGradient
  case gradientReturning, gradientReturned
  /// The gradient with respect to the gate's weights and logits.
  case choiceGradient, logitGradient
  /// The gradients of gates and of shared experts, and their input's.
  case gateGradient, sharedGradient, sharedInputGradient
  /// The gradient of an expert's weights.
  case gradient(Int)
  /// The gradient of an expert's weights that another rank sent, by message.
  case arrivedGradient(Int)
  /// The optimizer's momentum of an expert, and the weights it would lead to.
  case momentum(Int)
  case updated
  /// Rows of zeros that fill experts up, and what becomes of them.
  case padding, paddedProjection, paddedActivation, paddedOutput
  /// For measurements.
  case scratch
}

/// The buffers of one rank, kept from run to run so that only the first run makes them.
///
/// A class because it owns memory. One rank uses it.
final class Workspace {
  private let budget: MemoryBudget
  private var buffers: [Key: FloatBuffer] = [:]
  /// Bytes of all buffers.
  private(set) var bytes = 0

  private struct Key: Hashable {
    var role: BufferRole
    var slot: Int
  }

  init(budget: MemoryBudget) { self.budget = budget }

  /// The buffer of a role, with room for `count` floats; what it held is lost where it has to grow.
  ///
  /// - Parameter slot: the layer, where buffers of several layers live at the same time.
  /// - Throws: ``ExecutionError/memoryLimit(neededBytes:limitBytes:)``.
  func buffer(
    _ role: BufferRole, slot: Int, count: Int
  ) throws(ExecutionError) -> UnsafeMutablePointer<Float> {
    let key = Key(role: role, slot: slot)
    if let buffer = buffers[key], buffer.count >= count { return buffer.pointer }
    if let old = buffers.removeValue(forKey: key) {
      budget.giveBack(old.bytes)
      bytes -= old.bytes
    }
    try budget.take(count * 4)
    let buffer = FloatBuffer(count: count)
    buffers[key] = buffer
    bytes += buffer.bytes
    return buffer.pointer
  }

  /// The buffer of a role that was made before; nil where it was not.
  func existing(_ role: BufferRole, slot: Int) -> UnsafeMutablePointer<Float>? {
    buffers[Key(role: role, slot: slot)]?.pointer
  }

  deinit { budget.giveBack(bytes) }
}
