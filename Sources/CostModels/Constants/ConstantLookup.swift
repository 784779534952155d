public import Domain
private import Quantities
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
  /// of four) are preferred. Constants are ratios to the data sheet and overheads; their mean over
  /// neighbours carries over, the nearer by their data sheets the more.
  public func constants<Formula: CalibratedFormula>(
    of formula: Formula.Type, on accelerator: Accelerator, variants: [String],
    linkRate: Double = 0, likeVariants: Bool = false
  ) -> ResolvedConstants {
    let known = sets.filter {
      $0.formula == Formula.name && $0.values.count == formula.constants.count
    }
    if likeVariants, let found = known.filter({ $0.isOf(accelerator) }).first(of: variants) {
      return found.variant == variants.first
        ? ResolvedConstants(values: found.values, origin: .fitted)
        : formula.blend([found], for: accelerator, linkRate: linkRate)
    }
    let family = architectureFamily(accelerator.architecture)
    let relatives = known.filter { architectureFamily($0.architecture) == family }
    for kin in likeVariants ? kinGroups(variants) : [] {
      guard let found = relatives.first(of: kin) ?? known.first(of: kin) else { continue }
      let neighbours = known.filter { $0.variant == found.variant }
      return formula.blend(
        Self.nearest(neighbours, to: accelerator, linkRate: linkRate), for: accelerator,
        linkRate: linkRate)
    }
    for variant in variants {
      let exact = known.first { $0.isOf(accelerator) && $0.variant == variant }
      if let exact, variant == variants.first {
        return ResolvedConstants(values: exact.values, origin: .fitted)
      }
      let neighbours = known.filter { $0.variant == variant }
      let chosen =
        exact.map { [$0] } ?? Self.nearest(neighbours, to: accelerator, linkRate: linkRate)
      if !chosen.isEmpty { return formula.blend(chosen, for: accelerator, linkRate: linkRate) }
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
  /// The mean of `sets`, geometric for logarithmic constants, weighed by nearness to `accelerator`.
  static func blend(
    _ sets: [ConstantSet], for accelerator: Accelerator, linkRate: Double
  ) -> ResolvedConstants {
    let distances = sets.map { $0.distance(to: accelerator, overLink: linkRate > 0) }
    let least = distances.min() ?? 0
    let kept = zip(sets, distances.map { Double.exp((least - $0) / nearnessScale) })
      .filter { $0.1 >= leastWeight }
    let total = kept.reduce(0) { $0 + $1.1 }
    let values = constants.indices.map { index -> Double in
      let spec = constants[index]
      let sum = kept.reduce(0) { sum, neighbour in
        let value = spec.carried(neighbour.0.values[index], from: neighbour.0, to: accelerator)
        return sum + neighbour.1 * (spec.scale == .linear ? value : Double.log(value))
      }
      return spec.scale == .linear ? sum / total : Double.exp(sum / total)
    }
    let names = kept.map { "\($0.0.accelerator) \($0.0.variant)" }
    return ResolvedConstants(values: values, origin: .extrapolated(from: names))
  }
}

/// A neighbour that is further by this much counts for e times less.
private let nearnessScale = 0.5
/// Neighbours that count for less, against the nearest, are left out.
private let leastWeight = 0.05

extension ConstantSet {
  /// How far `accelerator` is by its data sheet: the logarithms of the ratios of arithmetic peak and of
  /// memory bandwidth. Over links all that are comparable are equally far: their floors differ by
  /// release and host as much as by accelerator (docs/accuracy.md, one accelerator left out).
  fileprivate func distance(to accelerator: Accelerator, overLink: Bool) -> Double {
    func apart(_ a: Double, _ b: Double) -> Double {
      a > 0 && b > 0 ? Double.log(a / b).magnitude : 0
    }
    guard !overLink else { return 0 }
    return apart(peakRate, accelerator.peak(for: .bf16).flopsPerSecond)
      + apart(memoryRate, accelerator.memoryBandwidth.bytesPerSecond)
  }
}

extension ConstantSpec {
  /// What `value`, measured on the accelerator of `set`, is worth on `accelerator`.
  fileprivate func carried(
    _ value: Double, from set: ConstantSet, to accelerator: Accelerator
  ) -> Double {
    guard set.accelerator != accelerator.id else { return Swift.max(value, lower) }
    let peak = accelerator.peak(for: .bf16).flopsPerSecond
    let scaled =
      set.peakRate > 0 && peak > 0 && peakExponent != 0
      ? value * Double.pow(peak / set.peakRate, peakExponent) : value
    return Swift.min(Swift.max(scaled, carried.lowerBound), carried.upperBound)
  }
}
