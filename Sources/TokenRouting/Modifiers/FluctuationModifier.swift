internal import Domain
internal import Statistics

/// Popularity that scatters around its mean from step to step, the same for all ranks.
struct FluctuationModifier: RoutingModifier {
  static let descriptor = ComponentDescriptor(
    "fluctuation", "Popularity scatters around its mean from step to step.",
    options: [
      OptionDescriptor(
        "precision", .number(minimum: 1, maximum: 1e12), default: .number(805),
        "Large is calm: a share p has variance p(1-p)/(precision+1). The default is that of DeepSeek-V2-Lite chat windows."
      )
    ],
    scalarOption: "precision")

  let law: any PopularityLaw
  let precision: Double
  let context: RoutingContext

  var warnings: [String] { law.warnings }
  var isStationary: Bool { law.isStationary }

  static func make(
    _ spec: ComponentSpec, on law: any PopularityLaw, in context: RoutingContext
  ) throws(RoutingError) -> any PopularityLaw {
    FluctuationModifier(law: law, precision: spec.number("precision") ?? 805, context: context)
  }

  func popularity(at position: Int, step: Int) -> Popularity {
    let number = context.model.layers[position]
    var stream = RandomStream(seed: context.seed, purpose: "fluctuation", step, number)
    var result = law.popularity(at: position, step: step)
    for index in result.shares.indices {
      result.shares[index] = scattered(result.shares[index], precision: precision, with: &stream)
    }
    return result
  }
}
