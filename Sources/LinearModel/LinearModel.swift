/// A linear or mixed-integer program in words: named variables, named constraints, one objective.
///
/// The model knows no solver. A tiny facility choice:
/// ```swift
/// var model = LinearModel(name: "two depots")
/// let open = (0..<2).map { model.binary("open \($0)") }
/// model.require("one depot at least", sum(open) { $0 } >= 1.0)
/// model.minimize(3 * open[0] + 2 * open[1])
/// ```
public struct LinearModel: Sendable {
  /// Which way the objective goes.
  public enum Direction: String, Hashable, Sendable {
    case minimize
    case maximize
  }

  /// What the model is about, for messages and the head of the LP format.
  public let name: String
  public private(set) var variables: [VariableDescription] = []
  public private(set) var constraints: [LinearConstraint] = []
  /// One term a variable, in order of variable index, and a constant.
  public private(set) var objective = LinearExpression()
  public private(set) var direction = Direction.minimize

  public init(name: String) {
    self.name = name
  }

  /// Whether any variable must be whole.
  public var hasIntegers: Bool {
    variables.contains { $0.domain == .integer }
  }

  /// Adds a variable between `lower` and `upper`, both included.
  public mutating func variable(
    _ name: String, lower: Double = 0, upper: Double = .infinity,
    domain: VariableDomain = .continuous
  ) -> Variable {
    variables.append(
      VariableDescription(name: name, lower: lower, upper: upper, domain: domain))
    return Variable(index: variables.count - 1)
  }

  /// Adds a variable that is 0 or 1.
  public mutating func binary(_ name: String) -> Variable {
    variable(name, upper: 1, domain: .integer)
  }

  /// Adds a constraint; its name is what a violation or an infeasible model is reported by.
  public mutating func require(_ name: String, _ relation: LinearRelation) {
    constraints.append(
      LinearConstraint(
        name: name, terms: relation.expression.terms, sense: relation.sense,
        rightHandSide: relation.rightHandSide))
  }

  /// Makes `expression`, as small as possible, the objective.
  public mutating func minimize(_ expression: some LinearExpressible) {
    objective = expression.linearExpression.collected()
    direction = .minimize
  }

  /// Makes `expression`, as large as possible, the objective.
  public mutating func maximize(_ expression: some LinearExpressible) {
    objective = expression.linearExpression.collected()
    direction = .maximize
  }
}
