internal import Domain

/// The seed that says which experts of a generated model are popular.
///
/// It is apart from the simulation's seed, which draws tokens only: two runs of one scenario with
/// different seeds are then two samples of one workload, and their difference is chance.
enum PopularitySeed {
  /// The option of kinds that draw popularity.
  static let option = OptionDescriptor(
    "popularitySeed", .integer(minimum: 0), default: .integer(Int(standard)),
    "Which experts are popular: another number is another model. The simulation's seed draws tokens only."
  )

  /// Taken where a kind has no such option.
  static let standard: UInt64 = 1

  /// The seed that `spec` chose.
  static func value(in spec: ComponentSpec) -> UInt64 {
    spec.integer(option.name).map { UInt64(max(0, $0)) } ?? standard
  }
}
