public import CostModels

/// Which rows of a table a fit does not see: whole shapes and whole scales (EP sizes, ranks, message
/// sizes), chosen by their order, never at random.
public struct RowSplit: Sendable {
  /// One value of four is held out: the second, the sixth, … in rising order.
  static let step = 4
  static let offset = 1

  private let heldOut: [Place: Set<String>]
  /// The rule as the cost file keeps it.
  public let rule: SplitRule

  /// One column of the rows behind one set of constants.
  private struct Place: Hashable {
    var constants: String
    var column: String
  }

  /// The split that a fit of `table` makes, for each set of constants by itself. A column of fewer
  /// than three values is not split.
  public init(making table: MeasuredTable) {
    var groups: [String: [Observation]] = [:]
    for observation in table.observations {
      groups[observation.constantsName, default: []].append(observation)
    }
    let held = groups.keys.sorted().flatMap { name in
      Self.heldOut(groups[name] ?? [], constants: name)
    }
    self.init(rule: SplitRule(table: table.csv.name, heldOut: held))
  }

  private static func heldOut(
    _ observations: [Observation], constants: String
  ) -> [SplitRule.HeldOutValues] {
    var columns: [String: Set<Int>] = [:]
    for observation in observations {
      for scale in observation.scales { columns[scale.column, default: []].insert(scale.value) }
    }
    let shapes = Set(observations.map(\.shape)).subtracting([""])
    var held: [SplitRule.HeldOutValues] = []
    if shapes.count > 2 {
      let values = chosen(shapes.sorted(by: bySize))
      held.append(.init(constants: constants, column: "shape", values: values))
    }
    for column in columns.keys.sorted() {
      let values = (columns[column] ?? []).sorted()
      guard values.count > 2 else { continue }
      held.append(
        .init(constants: constants, column: column, values: chosen(values.map(String.init))))
    }
    return held
  }

  /// The split that a cost file recorded.
  public init(rule: SplitRule) {
    self.rule = rule
    heldOut = Dictionary(
      rule.heldOut.map { (Place(constants: $0.constants, column: $0.column), Set($0.values)) },
      uniquingKeysWith: { $1 })
  }

  public func holdsOut(_ observation: Observation) -> Bool {
    let name = observation.constantsName
    if let shapes = heldOut[Place(constants: name, column: "shape")],
      shapes.contains(observation.shape)
    {
      return true
    }
    return observation.scales.contains { holdsOut(observation, column: $0.column) }
  }

  /// Whether the fit saw nothing at the observation's value of one scale.
  func holdsOut(_ observation: Observation, column: String) -> Bool {
    let place = Place(constants: observation.constantsName, column: column)
    guard let values = heldOut[place],
      let scale = observation.scales.first(where: { $0.column == column })
    else { return false }
    return values.contains(String(scale.value))
  }

  private static func chosen(_ values: [String]) -> [String] {
    values.indices.filter { $0 % step == offset }.map { values[$0] }
  }

  /// Shapes such as `7168x2048` in numeric order.
  private static func bySize(_ left: String, _ right: String) -> Bool {
    let a = left.split(separator: "x").compactMap { Int($0) }
    let b = right.split(separator: "x").compactMap { Int($0) }
    return a.lexicographicallyPrecedes(b)
  }
}
