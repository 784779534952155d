/// How the two sides of a constraint relate.
public enum ConstraintSense: String, Hashable, Sendable {
  case lessOrEqual = "<="
  case equal = "="
  case greaterOrEqual = ">="
}

/// A comparison of two linear expressions, not yet part of a model.
public struct LinearRelation: Sendable {
  /// Left side minus right side, without its constant.
  let expression: LinearExpression
  let sense: ConstraintSense
  let rightHandSide: Double

  init(_ left: LinearExpression, _ sense: ConstraintSense, _ right: LinearExpression) {
    var difference = (left - right).collected()
    rightHandSide = -difference.constant
    difference.constant = 0
    expression = difference
    self.sense = sense
  }
}

public func == (left: some LinearExpressible, right: some LinearExpressible) -> LinearRelation {
  LinearRelation(left.linearExpression, .equal, right.linearExpression)
}

public func <= (left: some LinearExpressible, right: some LinearExpressible) -> LinearRelation {
  LinearRelation(left.linearExpression, .lessOrEqual, right.linearExpression)
}

public func >= (left: some LinearExpressible, right: some LinearExpressible) -> LinearRelation {
  LinearRelation(left.linearExpression, .greaterOrEqual, right.linearExpression)
}

/// A named row of a model: terms, a sense, and a number on the right.
public struct LinearConstraint: Sendable {
  /// The name used in messages and in the LP format.
  public let name: String
  /// One term a variable, in order of variable index, without a constant.
  public let terms: [LinearExpression.Term]
  public let sense: ConstraintSense
  public let rightHandSide: Double

  /// How far the constraint is from holding at `values`; 0 where it holds.
  func violation(at values: [Double]) -> Double {
    let left = terms.reduce(0) { $0 + $1.coefficient * values[$1.variable.index] }
    switch sense {
    case .lessOrEqual: return max(0, left - rightHandSide)
    case .greaterOrEqual: return max(0, rightHandSide - left)
    case .equal: return abs(left - rightHandSide)
    }
  }

  /// The size of the numbers in the row, against which a violation is judged.
  func magnitude(at values: [Double]) -> Double {
    terms.reduce(max(1, abs(rightHandSide))) {
      max($0, abs($1.coefficient * values[$1.variable.index]))
    }
  }
}
