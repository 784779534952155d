internal import Domain

/// A share of the tokens concentrated into a few experts, the same on every rank and in every step.
///
/// Source: the benchmark of LLEP (arXiv 2601.17111); `released` is the generator that its authors
/// published, token by token.
struct HotExpertRouting: RoutingGenerator, RoutingKind {
  /// How hot tokens choose among the hot experts, and which experts those are.
  enum Assignment: String, CaseIterable {
    /// Slot *s* of a hot token goes to hot expert *s* mod *n*: below *k* hot experts a token repeats
    /// one, above *k* only the first *k* are used.
    case released
    /// Hot tokens take turns through all hot experts, each of which has the same load.
    case even
    /// As `even`, with hot experts at equal distances in the numbering, so on different ranks.
    case spread
  }

  static let descriptor = ComponentDescriptor(
    "hotExperts",
    "A fraction of each rank's tokens goes to a few hot experts, the rest to the others.",
    options: [
      OptionDescriptor(
        "fraction", .fraction, required: true, "The fraction of tokens that is hot."),
      OptionDescriptor(
        "experts", .integer(minimum: 1), default: .integer(1), "How many experts are hot."),
      OptionDescriptor(
        "assignment", .choice(Assignment.allCases.map(\.rawValue)), default: .text("released"),
        "released: the LLEP benchmark's generator; even: all hot experts alike; spread: even, and on different ranks."
      ),
    ])

  /// Beyond this many copies in a layer the choices of single tokens are not kept.
  static let mostRecordedCopies = 32_000_000

  let context: RoutingContext
  let warnings: [String]
  /// Copies of one rank to each expert; every rank is alike.
  private let row: [Int32]
  private let copies: [Int32]
  private let choices: TokenChoices?

  static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator {
    guard let fraction = spec.number("fraction"), fraction >= 0, fraction <= 1 else {
      throw RoutingError(
        .badOption, "hotExperts needs the fraction of tokens that is hot, from 0 to 1",
        fix: "write 'hotExperts: { fraction: 0.95, experts: 4 }'")
    }
    let hot = spec.integer("experts") ?? 1
    guard hot >= 1, hot < context.model.experts else {
      throw RoutingError(
        .badOption, "hotExperts cannot make \(hot) of \(context.model.experts) experts hot",
        fix: "choose at least 1 and fewer than all")
    }
    guard let assignment = Assignment(rawValue: spec.text("assignment") ?? "released") else {
      throw RoutingError(
        .badOption, "hotExperts has no assignment '\(spec.text("assignment") ?? "")'",
        fix: "choose released, even or spread")
    }
    return HotExpertRouting(fraction: fraction, hot: hot, assignment: assignment, in: context)
  }

  init(fraction: Double, hot: Int, assignment: Assignment, in context: RoutingContext) {
    self.context = context
    let model = context.model
    let tokens = context.workload.tokensPerRank
    let pattern = HotPattern(
      experts: model.experts, topK: model.topK, hot: hot, assignment: assignment)
    let hotTokens = min(tokens, Int((Double(tokens) * fraction).rounded(.down)))
    let keepsChoices = tokens * model.topK * context.ranks <= Self.mostRecordedCopies
    var row = [Int32](repeating: 0, count: model.experts)
    var recorded: [UInt16] = []
    if keepsChoices { recorded.reserveCapacity(tokens * model.topK) }
    for token in 0..<tokens {
      for slot in 0..<model.topK {
        let expert =
          token < hotTokens
          ? pattern.hotExpert(token: token, slot: slot)
          : pattern.coldExpert(token: token, slot: slot)
        row[expert] += 1
        if keepsChoices { recorded.append(UInt16(truncatingIfNeeded: expert)) }
      }
    }
    self.row = row
    copies = Array(repeatElement(row, count: context.ranks).joined())
    choices =
      keepsChoices
      ? TokenChoices(
        experts: Array(repeatElement(recorded, count: context.ranks).joined()), topK: model.topK)
      : nil
    warnings = pattern.warnings
  }

  func layer(at position: Int, step: Int) -> RoutedLayer {
    RoutedLayer(
      layer: context.model.layers[position], experts: context.model.experts,
      topK: context.model.topK,
      tokens: [Int32](
        repeating: Int32(context.workload.tokensPerRank), count: context.ranks),
      copies: copies, choices: choices)
  }
}
