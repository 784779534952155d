/// One way in which a proposed solution breaks a model.
public struct ModelViolation: Hashable, Sendable, CustomStringConvertible {
  /// The constraint or variable that is broken, by name.
  public let subject: String
  /// What is wrong with it.
  public let reason: String

  public var description: String { "\(subject): \(reason)" }
}

extension LinearModel {
  /// Everything that is wrong with `values` as a solution; empty if it is feasible.
  ///
  /// This looks at the model only, so that no solver's word has to be taken for its answer.
  /// - Parameters:
  ///   - values: One value a variable, in the order of ``variables``.
  ///   - tolerance: How far a row may be off, relative to the largest number in it, and how far
  ///     an integer may be from whole.
  /// - Complexity: O(variables + terms).
  public func violations(of values: [Double], tolerance: Double = 1e-6) -> [ModelViolation] {
    guard values.count == variables.count else {
      let reason = "\(values.count) values for \(variables.count) variables"
      return [ModelViolation(subject: name, reason: reason)]
    }
    let broken = zip(variables, values).compactMap { variable, value in
      variable.reason(against: value, tolerance: tolerance).map {
        ModelViolation(subject: variable.name, reason: $0)
      }
    }
    return broken
      + constraints.compactMap { constraint in
        let amount = constraint.violation(at: values)
        guard !(amount <= tolerance * constraint.magnitude(at: values)) else { return nil }
        return ModelViolation(subject: constraint.name, reason: "off by \(amount)")
      }
  }

  /// The objective at `values`.
  public func objectiveValue(of values: [Double]) -> Double {
    objective.value(at: values)
  }
}

extension VariableDescription {
  fileprivate func reason(against value: Double, tolerance: Double) -> String? {
    guard value.isFinite else { return "\(value) is not a number" }
    let slack = tolerance * max(1, abs(value))
    if value < lower - slack { return "\(value) is below \(lower)" }
    if value > upper + slack { return "\(value) is above \(upper)" }
    if domain == .integer, abs(value - value.rounded()) > tolerance {
      return "\(value) is not whole"
    }
    return nil
  }
}
