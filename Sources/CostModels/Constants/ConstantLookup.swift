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
  /// `variants` stand best first. Where they are alike (`likeVariants`: formats or kernels of one
  /// product), what was measured on the accelerator itself goes before what neighbours have, and
  /// neighbours of its architecture before all others; else a better variant goes first wherever it
  /// was measured. Where `linkRate` is given, neighbours with a link of like speed (within a factor
  /// of four) are preferred. Constants are ratios to the data sheet and overheads, so the geometric
  /// mean over neighbours carries over.
  public func constants<Formula: CalibratedFormula>(
    of formula: Formula.Type, on accelerator: Accelerator, variants: [String],
    linkRate: Double = 0, likeVariants: Bool = false
  ) -> ResolvedConstants {
    let known = sets.filter {
      $0.formula == Formula.name && $0.values.count == formula.constants.count
    }
    if likeVariants, let found = known.first(of: variants, where: { $0.isOf(accelerator) }) {
      return found.variant == variants.first
        ? ResolvedConstants(values: found.values, origin: .fitted) : formula.blend([found])
    }
    let family = architectureFamily(accelerator.architecture)
    if likeVariants,
      let found = known.first(
        of: variants, where: { architectureFamily($0.architecture) == family })
    {
      let near = known.filter { $0.variant == found.variant }
      return formula.blend(Self.nearest(near, to: accelerator, linkRate: linkRate))
    }
    for variant in variants {
      let exact = known.first { $0.isOf(accelerator) && $0.variant == variant }
      if let exact, variant == variants.first {
        return ResolvedConstants(values: exact.values, origin: .fitted)
      }
      let neighbours = known.filter { $0.variant == variant }
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

}

/// `Blackwell Ultra` belongs to `Blackwell`.
private func architectureFamily(_ name: String) -> Substring {
  name.split(separator: " ").first ?? ""
}

extension ConstantSet {
  fileprivate func isOf(_ accelerator: Accelerator) -> Bool { self.accelerator == accelerator.id }
}

extension [ConstantSet] {
  /// The set of the best of `variants` among those that `accepts`.
  fileprivate func first(
    of variants: [String], where accepts: (ConstantSet) -> Bool
  ) -> ConstantSet? {
    for variant in variants {
      if let found = first(where: { $0.variant == variant && accepts($0) }) { return found }
    }
    return nil
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
