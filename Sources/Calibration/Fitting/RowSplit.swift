public import CostModels

/// Which rows of a table a fit does not see: whole shapes and whole scales (EP sizes, ranks, message
/// sizes), chosen by their order, never at random.
public struct RowSplit: Sendable {
  /// One value of four is held out: the second, the sixth, … in rising order.
  static let step = 4
  static let offset = 1

  private let heldOut: [String: Set<String>]
  /// The rule as the cost file keeps it.
  public let rule: SplitRule

  /// The split that a fit of `table` makes. A column of fewer than three values is not split.
  public init(making table: MeasuredTable) {
    var columns: [String: Set<Int>] = [:]
    for observation in table.observations {
      for scale in observation.scales { columns[scale.column, default: []].insert(scale.value) }
    }
    let shapes = Set(table.observations.map(\.shape)).subtracting([""])
    var held: [SplitRule.HeldOutValues] = []
    if shapes.count > 2 {
      held.append(.init(column: "shape", values: Self.chosen(shapes.sorted(by: Self.bySize))))
    }
    for column in columns.keys.sorted() {
      let values = (columns[column] ?? []).sorted()
      guard values.count > 2 else { continue }
      held.append(.init(column: column, values: Self.chosen(values.map(String.init))))
    }
    self.init(rule: SplitRule(table: table.csv.file, heldOut: held))
  }

  /// The split that a cost file recorded.
  public init(rule: SplitRule) {
    self.rule = rule
    heldOut = Dictionary(
      rule.heldOut.map { ($0.column, Set($0.values)) }, uniquingKeysWith: { $1 })
  }

  public func holdsOut(_ observation: Observation) -> Bool {
    if let shapes = heldOut["shape"], shapes.contains(observation.shape) { return true }
    return observation.scales.contains { scale in
      heldOut[scale.column]?.contains(String(scale.value)) ?? false
    }
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
