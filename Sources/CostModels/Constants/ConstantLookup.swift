public import Domain
private import RealModule

/// Constants as a model uses them, with what a report must say about them.
public struct ResolvedConstants: Hashable, Sendable {
  public var values: [Double]
  public var origin: ConstantOrigin
}

extension CostParameters {
  /// The constants of `formula` for `accelerator`, from measured neighbours where it has none.
  ///
  /// Neighbours of the same architecture come first, then all others; where `linkRate` is given,
  /// neighbours with a link of like speed (within a factor of four) are preferred. Among `variants`
  /// (best first) the first that any neighbour has is taken. Constants are ratios to the data sheet
  /// and overheads, so the geometric mean over neighbours carries over.
  public func constants<Formula: CalibratedFormula>(
    of formula: Formula.Type, on accelerator: Accelerator, variants: [String],
    linkRate: Double = 0
  ) -> ResolvedConstants {
    let own = sets.filter {
      $0.formula == Formula.name && $0.values.count == formula.constants.count
    }
    for variant in variants {
      let exact = own.first { $0.accelerator == accelerator.id && $0.variant == variant }
      if let exact, variant == variants.first {
        return ResolvedConstants(values: exact.values, origin: .fitted)
      }
      let neighbours = own.filter { $0.variant == variant }
      let chosen =
        exact.map { [$0] } ?? Self.nearest(neighbours, to: accelerator, linkRate: linkRate)
      if !chosen.isEmpty { return formula.blend(chosen) }
    }
    return ResolvedConstants(values: formula.startingValues, origin: .assumed)
  }

  private static func nearest(
    _ neighbours: [ConstantSet], to accelerator: Accelerator, linkRate: Double
  ) -> [ConstantSet] {
    let linked = neighbours.filter { set in
      linkRate <= 0 || set.linkRate <= 0
        || (set.linkRate < 4 * linkRate && linkRate < 4 * set.linkRate)
    }
    let candidates = linked.isEmpty ? neighbours : linked
    let family = architectureFamily(accelerator.architecture)
    let near = candidates.filter { architectureFamily($0.architecture) == family }
    return near.isEmpty ? candidates : near
  }

  /// `Blackwell Ultra` belongs to `Blackwell`.
  private static func architectureFamily(_ name: String) -> Substring {
    name.split(separator: " ").first ?? ""
  }
}

extension CalibratedFormula {
  /// The mean of `sets`, geometric for logarithmic constants.
  static func blend(_ sets: [ConstantSet]) -> ResolvedConstants {
    let count = Double(sets.count)
    let values = constants.indices.map { index -> Double in
      let column = sets.map { $0.values[index] }
      switch constants[index].scale {
      case .linear: return column.reduce(0, +) / count
      case .logarithmic:
        return Double.exp(column.map { Double.log(Swift.max($0, 1e-300)) }.reduce(0, +) / count)
      }
    }
    let names = sets.map { "\($0.accelerator) \($0.variant)" }
    return ResolvedConstants(values: values, origin: .extrapolated(from: names))
  }
}
