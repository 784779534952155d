/// What `shunt calibrate measure` found out about the processor cores of a machine: seconds of
/// everything that an executed plan does.
public struct ProcessorProfile: Hashable, Sendable {
  /// The three products of a layer with weights: forward, and backward to its input and its weights.
  public struct Products: Hashable, Sendable {
    /// rows × depth by depth × columns, the right one a weight.
    public var forward: ProductTable
    /// rows × depth by the transpose of a columns × depth weight.
    public var inputGradient: ProductTable
    /// The transpose of depth × rows by depth × columns, added to a gradient of rows × columns.
    public var weightGradient: ProductTable

    public init(forward: ProductTable, inputGradient: ProductTable, weightGradient: ProductTable) {
      self.forward = forward
      self.inputGradient = inputGradient
      self.weightGradient = weightGradient
    }
  }

  /// Products with weights that stay in the caches.
  public var cached: Products
  /// Products with weights that come from memory every time.
  public var streamed: Products
  /// Bytes of the last cache.
  public var cacheBytes: Double
  /// Seconds to copy a message, by bytes.
  public var copy: SizeCurve
  /// Seconds to gather rows in another order, by bytes.
  public var gather: SizeCurve
  /// Seconds to add scaled rows, by floats.
  public var addition: SizeCurve
  /// Seconds of the activation, by elements of its result.
  public var activation: SizeCurve
  /// Seconds of the activation's gradient, by the same.
  public var activationGradient: SizeCurve
  /// Seconds to choose experts, by logits.
  public var choice: SizeCurve
  /// Seconds to put token copies in the order they are sent, by copies.
  public var sorting: SizeCurve
  /// Seconds that the engine spends on any operation.
  public var operationSeconds: Double
  /// Relative spread of repeated measurements: half the distance of their quartiles over the median.
  public var noise: Double

  public init(
    cached: Products, streamed: Products, cacheBytes: Double, copy: SizeCurve, gather: SizeCurve,
    addition: SizeCurve, activation: SizeCurve, activationGradient: SizeCurve, choice: SizeCurve,
    sorting: SizeCurve, operationSeconds: Double, noise: Double
  ) {
    self.cached = cached
    self.streamed = streamed
    self.cacheBytes = cacheBytes
    self.copy = copy
    self.gather = gather
    self.addition = addition
    self.activation = activation
    self.activationGradient = activationGradient
    self.choice = choice
    self.sorting = sorting
    self.operationSeconds = operationSeconds
    self.noise = noise
  }
}
