import CostModels
import Domain
import Quantities
import Testing

@Suite struct ConstantLookupTests {
  private func set(
    _ accelerator: String, _ architecture: String, _ variant: String, efficiency: Double,
    linkRate: Double = 0
  ) -> ConstantSet {
    ConstantSet(
      formula: "collective", accelerator: accelerator, architecture: architecture,
      variant: variant,
      values: values(of: CollectiveFormula.self, ["bandwidthEfficiency": efficiency]),
      linkRate: linkRate)
  }

  private func efficiency(
    _ parameters: CostParameters, _ accelerator: Accelerator, _ variants: [String],
    linkRate: Double = 0
  ) -> (Double, ConstantOrigin) {
    let resolved = parameters.constants(
      of: CollectiveFormula.self, on: accelerator, variants: variants, linkRate: linkRate)
    return (resolved.values[6], resolved.origin)
  }

  @Test func ownConstantsAreFitted() {
    let parameters = CostParameters(
      provenance: "",
      sets: [set("a", "X", "v", efficiency: 0.5), set("b", "X", "v", efficiency: 0.9)])
    let (value, origin) = efficiency(parameters, roundAccelerator(id: "a"), ["v"])
    #expect(value == 0.5)
    #expect(origin == .fitted)
  }

  /// Neighbours 0.4 and 0.9 of the same family have the geometric mean 0.6.
  @Test func neighboursOfTheArchitectureComeFirst() {
    let parameters = CostParameters(
      provenance: "",
      sets: [
        set("a", "X", "v", efficiency: 0.4), set("b", "X Ultra", "v", efficiency: 0.9),
        set("c", "Y", "v", efficiency: 0.1),
      ])
    let machine = roundAccelerator(id: "new", architecture: "X")
    let (value, origin) = efficiency(parameters, machine, ["v"])
    #expect(abs(value - 0.6) < 1e-9)
    #expect(origin == .extrapolated(from: ["a v", "b v"]))
  }

  /// A machine of 400 TFLOPS and 4 TB/s lies ln 2 from one of 800 and ln 4 + ln 4 from one of 100 and
  /// 1 TB/s. The weights are e^(-2 ln 2) = 1/4 and e^(-4 ln 4) = 1/256, of which the second is under a
  /// twentieth of the first: only the near one counts. What it reaches of its peak, 0.5, becomes
  /// 0.5 · 2^0.1 = 0.5359 at half of it.
  @Test func theNearestByDataSheetCountsAndEfficiencyGoesWithThePeak() {
    func dense(_ id: String, peak: Double, memory: Double, efficiency: Double) -> ConstantSet {
      ConstantSet(
        formula: "denseGEMM", accelerator: id, architecture: "X", variant: "bf16",
        values: values(
          of: DenseGEMMFormula.self, ["peakEfficiency": efficiency, "memoryEfficiency": 0.8]),
        memoryRate: memory, peakRate: peak)
    }
    let parameters = CostParameters(
      provenance: "",
      sets: [
        dense("near", peak: 800e12, memory: 4e12, efficiency: 0.5),
        dense("far", peak: 100e12, memory: 1e12, efficiency: 1),
      ])
    let machine = Accelerator(
      id: "new", name: "new", architecture: "X", memoryCapacity: ByteCount(80e9),
      memoryBandwidth: Bandwidth(gigabytesPerSecond: 4000),
      peaks: [.bf16: ComputeRate(teraflops: 400)], source: "test", confidence: .given)
    let resolved = parameters.constants(
      of: DenseGEMMFormula.self, on: machine, variants: ["bf16"], likeVariants: true)
    #expect(resolved.origin == .extrapolated(from: ["near bf16"]))
    #expect(abs(resolved.values[3] - 0.5359) < 1e-4)
    #expect(abs(resolved.values[2] - 0.8) < 1e-12)
  }

  /// Bandwidth that falls with the square of the ranks is one box's sockets: half a power is carried.
  @Test func whatOneBoxDoesIsNotCarriedOver() {
    let box = ConstantSet(
      formula: "collective", accelerator: "box", architecture: "X", variant: "v",
      values: values(of: CollectiveFormula.self, ["bandwidthScaling": -2]), linkRate: 32e9)
    let parameters = CostParameters(provenance: "", sets: [box])
    func scaling(_ id: String) -> Double {
      parameters.constants(
        of: CollectiveFormula.self, on: roundAccelerator(id: id), variants: ["v"], linkRate: 64e9
      ).values[7]
    }
    #expect(scaling("box") == -2)
    #expect(scaling("other") == -0.5)
  }

  @Test func likeLinksComeBeforeLikeArchitectures() {
    let parameters = CostParameters(
      provenance: "",
      sets: [
        set("pcie", "X", "v", efficiency: 0.2, linkRate: 64e9),
        set("nvlink", "Y", "v", efficiency: 0.7, linkRate: 450e9),
      ])
    let machine = roundAccelerator(id: "new", architecture: "X")
    #expect(abs(efficiency(parameters, machine, ["v"], linkRate: 900e9).0 - 0.7) < 1e-9)
    #expect(abs(efficiency(parameters, machine, ["v"], linkRate: 32e9).0 - 0.2) < 1e-9)
  }

  @Test func anotherVariantServesBeforeTheStart() {
    let parameters = CostParameters(provenance: "", sets: [set("a", "X", "w", efficiency: 0.3)])
    let (value, origin) = efficiency(parameters, roundAccelerator(id: "a"), ["v", "w"])
    #expect(abs(value - 0.3) < 1e-9)
    #expect(origin == .extrapolated(from: ["a w"]))
    let (start, unknown) = efficiency(parameters, roundAccelerator(id: "a"), ["u"])
    #expect(start == CollectiveFormula.startingValues[6])
    #expect(unknown == .assumed)
  }

  @Test func shippedConstantsFitTheirFormulas() {
    #expect(CostParameters.shipped.sets.count > 50)
    for set in CostParameters.shipped.sets {
      let constants: [ConstantSpec] =
        switch set.formula {
        case ExpertGEMMFormula.name: ExpertGEMMFormula.constants
        case DenseGEMMFormula.name: DenseGEMMFormula.constants
        case CollectiveFormula.name: CollectiveFormula.constants
        case ExchangeFormula.name: ExchangeFormula.constants
        default: []
        }
      #expect(set.values.count == constants.count, "\(set.formula) \(set.variant)")
      for (value, spec) in zip(set.values, constants) {
        #expect(value.isFinite, "\(set.variant) \(spec.name)")
        #expect(value >= spec.lower * (spec.lower > 0 ? 0.99 : 1.01) - 1e-9)
        #expect(value <= spec.upper * 1.01)
      }
    }
  }

  @Test(arguments: [
    ("h100-sxm-80", 132), ("h200-sxm-141", 132), ("h20-sxm-96", 78), ("gb200", 152),
    ("a100-sxm-40", 108),
  ])
  func multiprocessorsOfKnownProducts(id: String, count: Int) {
    #expect(roundAccelerator(id: id).processorCount == count)
  }
}
