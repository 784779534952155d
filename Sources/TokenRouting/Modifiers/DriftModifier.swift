internal import Domain
internal import RealModule
internal import Statistics

/// Popularity that moves to other experts, at once or gradually.
///
/// Abrupt drift switches at a step *p*; gradual drift draws from the new popularity with the
/// probability 1/(1 + exp(−4 (t − p)/w)) of width *w*, as streams with concept drift are generated
/// (A. Bifet and others, MOA).
struct DriftModifier: RoutingModifier {
  enum Course: String, CaseIterable {
    case abrupt, gradual
  }

  static let descriptor = ComponentDescriptor(
    "drift", "Popularity moves to other experts, at once or gradually.",
    options: [
      OptionDescriptor(
        "course", .choice(Course.allCases.map(\.rawValue)), default: .text("abrupt"),
        "abrupt: from one step to the next; gradual: along a sigmoid."),
      OptionDescriptor("at", .integer(minimum: 0), required: true, "The step at which it happens."),
      OptionDescriptor(
        "width", .number(minimum: 1e-6, maximum: 1e9), default: .number(10),
        "Steps that gradual drift takes."),
      OptionDescriptor(
        "moved", .fraction, default: .number(1),
        "The share of experts that change their popularity."),
    ])

  let law: any PopularityLaw
  let course: Course
  let at: Int
  let width: Double
  /// For each layer: whose popularity each expert has after the drift.
  let sources: [[Int]]

  var warnings: [String] { law.warnings }
  var isStationary: Bool { false }

  static func make(
    _ spec: ComponentSpec, on law: any PopularityLaw, in context: RoutingContext
  ) throws(RoutingError) -> any PopularityLaw {
    guard let at = spec.integer("at") else {
      throw RoutingError(
        .badOption, "drift needs the step at which it happens", fix: "write 'drift: { at: 100 }'")
    }
    let moved = spec.number("moved") ?? 1
    let sources = context.model.layers.map { number in
      var stream = RandomStream(seed: PopularitySeed.standard, purpose: "drift", number)
      return permutation(of: context.model.experts, moved: moved, with: &stream)
    }
    return DriftModifier(
      law: law, course: Course(rawValue: spec.text("course") ?? "") ?? .abrupt, at: at,
      width: spec.number("width") ?? 10, sources: sources)
  }

  func popularity(at position: Int, step: Int) -> Popularity {
    let progress = progress(at: step)
    let sources = sources[position]
    return law.popularity(at: position, step: step).mapShares { old in
      old.indices.map { (1 - progress) * old[$0] + progress * old[sources[$0]] }
    }
  }

  /// The chance that a token follows the new popularity.
  func progress(at step: Int) -> Double {
    switch course {
    case .abrupt: step >= at ? 1 : 0
    case .gradual: 1 / (1 + .exp(-4 * Double(step - at) / width))
    }
  }

  /// A random permutation of a random `moved` share of the experts; the others stay.
  private static func permutation(
    of experts: Int, moved: Double, with stream: inout RandomStream
  ) -> [Int] {
    var order = Array(0..<experts)
    stream.shuffle(&order)
    let chosen = order.prefix(Int((Double(experts) * moved).rounded()))
    var result = Array(0..<experts)
    // A turn by one place moves every chosen expert.
    for (index, expert) in chosen.enumerated() {
      result[expert] = chosen[(index + 1) % chosen.count]
    }
    return result
  }
}
