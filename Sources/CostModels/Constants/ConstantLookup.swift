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
    if likeVariants, let found = known.filter({ $0.isOf(accelerator) }).first(of: variants) {
      return found.variant == variants.first
        ? ResolvedConstants(values: found.values, origin: .fitted) : formula.blend([found])
    }
    let family = architectureFamily(accelerator.architecture)
    let relatives = known.filter { architectureFamily($0.architecture) == family }
    for kin in likeVariants ? kinGroups(variants) : [] {
      guard let found = relatives.first(of: kin) ?? known.first(of: kin) else { continue }
      let neighbours = known.filter { $0.variant == found.variant }
      return formula.blend(Self.nearest(neighbours, to: accelerator, linkRate: linkRate))
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
  /// The set of the best of `variants`.
  fileprivate func first(of variants: [String]) -> ConstantSet? {
    for variant in variants {
      if let found = first(where: { $0.variant == variant }) { return found }
    }
    return nil
  }
}

/// Variants in runs of one kernel in several formats: what stands before `/`, its GEMMs measured by
/// themselves (`…Single`) among them. Formats without a kernel are one run.
private func kinGroups(_ variants: [String]) -> [[String]] {
  var groups: [(kernel: String, members: [String])] = []
  for variant in variants {
    var kernel = variant.split(separator: "/").dropLast().joined(separator: "/")
    if kernel.hasSuffix("Single") { kernel.removeLast("Single".count) }
    if groups.last?.kernel == kernel {
      groups[groups.count - 1].members.append(variant)
    } else {
      groups.append((kernel, [variant]))
    }
  }
  return groups.map(\.members)
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
