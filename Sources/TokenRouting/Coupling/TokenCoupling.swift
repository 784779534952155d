internal import Domain

/// How the choices of single tokens hang together, beyond how popular experts are.
struct TokenCoupling: Hashable, Sendable {
  /// Experts of a block that tokens like to use together; 1 for none.
  var blockSize = 1
  /// The share of tokens that take all their experts of a layer from one block.
  var coactivation = 0.0
  /// The share of choices that go on from a layer to the next.
  var affinity = 0.0
  /// The share of choices that a token takes over from the token before it.
  var persistence = 0.0

  /// Whether tokens are free of one another and choices of one another.
  var isFree: Bool { coactivation == 0 && affinity == 0 && persistence == 0 }

  /// Draws copies in bulk where nothing hangs together, else token by token.
  func generator(_ law: any PopularityLaw, in context: RoutingContext) -> any RoutingGenerator {
    isFree
      ? DrawnRouting(context: context, law: law)
      : CoupledRouting(context: context, law: law, coupling: self)
  }
}

/// A modifier that binds the choices of single tokens.
protocol TokenCouplingModifier: Sendable {
  static var descriptor: ComponentDescriptor { get }
  /// Adds this modifier to `coupling`; every option of the descriptor that has a default is filled in.
  static func couple(_ spec: ComponentSpec, _ coupling: inout TokenCoupling)
}

/// Blocks of experts that tokens like to use together.
///
/// Which experts form a block is drawn for every layer. A block is as popular as its experts are
/// together; inside it they become more alike, because a token uses different ones.
enum CoactivationModifier: TokenCouplingModifier {
  static let descriptor = ComponentDescriptor(
    "coactivation", "Tokens like to take their experts of a layer from one block.",
    options: [
      OptionDescriptor(
        "block", .integer(minimum: 1), default: .integer(8), "Experts of a block."),
      OptionDescriptor(
        "strength", .fraction, default: .number(0.5),
        "The share of tokens that take all their experts of a layer from one block."),
    ],
    scalarOption: "strength")

  static func couple(_ spec: ComponentSpec, _ coupling: inout TokenCoupling) {
    coupling.blockSize = max(1, spec.integer("block") ?? 8)
    coupling.coactivation = spec.number("strength") ?? 0.5
  }
}

/// Experts of one layer that say something about those of the next.
enum AffinityModifier: TokenCouplingModifier {
  static let descriptor = ComponentDescriptor(
    "affinity", "A token's experts in one layer go on to certain experts in the next.",
    options: [
      OptionDescriptor(
        "strength", .fraction, default: .number(0.5),
        "The share of choices that go on from a layer to the next.")
    ],
    scalarOption: "strength")

  static func couple(_ spec: ComponentSpec, _ coupling: inout TokenCoupling) {
    coupling.affinity = spec.number("strength") ?? 0.5
  }
}
