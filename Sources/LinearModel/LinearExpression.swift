/// A weighted sum of variables plus a constant.
///
/// Expressions are built with the usual operators:
/// ```swift
/// let load = 3 * hosted + 0.5 * copied + 10
/// ```
public struct LinearExpression: Sendable {
  /// One coefficient times one variable.
  public struct Term: Hashable, Sendable {
    public var variable: Variable
    public var coefficient: Double
  }

  /// The terms as written; a variable may appear several times.
  public var terms: [Term]
  /// The part that depends on no variable.
  public var constant: Double

  public init(terms: [Term] = [], constant: Double = 0) {
    self.terms = terms
    self.constant = constant
  }

  public init(_ variable: Variable) {
    self.init(terms: [Term(variable: variable, coefficient: 1)])
  }

  /// The same expression with one term a variable, in order of variable index, zeros left out.
  ///
  /// - Complexity: O(*n* log *n*) in the number of terms.
  public func collected() -> LinearExpression {
    var result = LinearExpression(constant: constant)
    for term in terms.sorted(by: { $0.variable.index < $1.variable.index }) {
      if let last = result.terms.last, last.variable == term.variable {
        result.terms[result.terms.count - 1].coefficient += term.coefficient
      } else {
        result.terms.append(term)
      }
    }
    result.terms.removeAll { $0.coefficient == 0 }
    return result
  }

  /// The expression's value where variable *i* is `values[i]`.
  public func value(at values: [Double]) -> Double {
    terms.reduce(constant) { $0 + $1.coefficient * values[$1.variable.index] }
  }
}

/// Something that stands for a linear expression: a variable, a number or an expression itself.
public protocol LinearExpressible {
  var linearExpression: LinearExpression { get }
}

extension LinearExpression: LinearExpressible {
  public var linearExpression: LinearExpression { self }
}

extension Variable: LinearExpressible {
  public var linearExpression: LinearExpression { LinearExpression(self) }
}

extension Double: LinearExpressible {
  public var linearExpression: LinearExpression { LinearExpression(constant: self) }
}

public func + (left: some LinearExpressible, right: some LinearExpressible) -> LinearExpression {
  let (first, second) = (left.linearExpression, right.linearExpression)
  return LinearExpression(
    terms: first.terms + second.terms, constant: first.constant + second.constant)
}

public func - (left: some LinearExpressible, right: some LinearExpressible) -> LinearExpression {
  left + (-1.0) * right
}

public func * (factor: Double, expression: some LinearExpressible) -> LinearExpression {
  var result = expression.linearExpression
  for index in result.terms.indices { result.terms[index].coefficient *= factor }
  result.constant *= factor
  return result
}

/// The sum of what `term` gives for each element of `elements`.
public func sum<Elements: Sequence, Summand: LinearExpressible>(
  _ elements: Elements, _ term: (Elements.Element) -> Summand
) -> LinearExpression {
  var result = LinearExpression()
  for element in elements {
    let summand = term(element).linearExpression
    result.terms += summand.terms
    result.constant += summand.constant
  }
  return result
}
