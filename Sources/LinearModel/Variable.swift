/// A decision variable: a handle into the ``LinearModel`` that made it.
public struct Variable: Hashable, Sendable {
  /// The variable's place in ``LinearModel/variables``, from 0.
  public let index: Int
}

/// Which values a variable may take between its bounds.
public enum VariableDomain: String, Hashable, Sendable {
  case continuous
  case integer
}

/// What a model knows about one of its variables.
public struct VariableDescription: Hashable, Sendable {
  /// The name used in messages and in the LP format.
  public let name: String
  /// The smallest allowed value; minus infinity if there is none.
  public let lower: Double
  /// The largest allowed value; infinity if there is none.
  public let upper: Double
  /// Whether fractions are allowed.
  public let domain: VariableDomain
}
