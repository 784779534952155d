private import Dispatch
public import Domain

/// Draws or replays the routing of one layer of one step.
///
/// A conforming type is a pure function of its context, the step and the layer, so that layers and
/// steps can be produced in any order and side by side.
public protocol RoutingGenerator: Sendable {
  /// What a reader of the result should know about this routing, as sentences.
  var warnings: [String] { get }
  /// Steps until recorded tokens come again; nil where every step is drawn anew.
  var distinctSteps: Int? { get }
  /// Whether every step follows one law, so that more steps say the same more surely.
  var isStationary: Bool { get }
  /// The routing of the layer at `position` in the model's list of layers.
  func layer(at position: Int, step: Int) -> RoutedLayer
  /// The routing of all layers, where drawing them together costs less than one by one.
  func layers(step: Int) -> [RoutedLayer]?
}

extension RoutingGenerator {
  public func layers(step: Int) -> [RoutedLayer]? { nil }
  public var distinctSteps: Int? { nil }
  public var isStationary: Bool { distinctSteps == nil }
}

/// The routed steps of a scenario: any step, at any time, always the same.
///
/// ```swift
/// let source = try RoutingCatalog.make(ComponentSpec(kind: "zipf"), in: context)
/// let third = source.step(2)
/// ```
public struct RoutingSource: Sendable {
  public let context: RoutingContext
  private let generator: any RoutingGenerator

  public init(context: RoutingContext, generator: any RoutingGenerator) {
    self.context = context
    self.generator = generator
  }

  /// What a reader of the result should know about this routing, as sentences.
  public var warnings: [String] { generator.warnings }

  /// Steps until recorded tokens come again; nil where every step is drawn anew.
  public var distinctSteps: Int? { generator.distinctSteps }

  /// Whether every step follows one law, so that more steps say the same more surely.
  public var isStationary: Bool { generator.isStationary }

  /// MoE layers of a step.
  public var layers: Int { context.model.layers.count }

  /// The routing of the layer at `position` in the model's list of layers.
  public func layer(at position: Int, step: Int) -> RoutedLayer {
    let layer = generator.layer(at: position, step: step)
    assert(layer.tokens.count == context.ranks)
    return layer
  }

  /// The routing of all layers of step `index`.
  ///
  /// Large steps are drawn on all cores; the result does not depend on how many there are.
  ///
  /// - Complexity: O(layers × ranks × (experts + copies per rank)).
  public func step(_ index: Int) -> RoutedStep {
    if let together = generator.layers(step: index) {
      return RoutedStep(index: index, layers: together)
    }
    let drawn = Double(layers * context.ranks) * Double(context.copiesPerRank)
    guard drawn > 2e6 && layers > 1 else {
      return RoutedStep(
        index: index, layers: (0..<layers).map { layer(at: $0, step: index) })
    }
    return RoutedStep(index: index, layers: layersInParallel(step: index))
  }

  /// Every layer is written to its own place, so that the order of completion leaves no trace.
  private func layersInParallel(step: Int) -> [RoutedLayer] {
    [RoutedLayer](unsafeUninitializedCapacity: layers) { buffer, count in
      // Each iteration initializes one element of its own; `concurrentPerform` returns after all.
      nonisolated(unsafe) let places = buffer
      DispatchQueue.concurrentPerform(iterations: layers) { position in
        places.initializeElement(at: position, to: layer(at: position, step: step))
      }
      count = layers
    }
  }
}
