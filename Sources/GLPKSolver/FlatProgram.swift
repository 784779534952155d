internal import CGLPKShim
internal import LinearModel

/// A model as the plain arrays that GLPK reads, checked so that GLPK has nothing to object to.
struct FlatProgram {
  private(set) var objective: [Double]
  private(set) var columnLower: [Double]
  private(set) var columnUpper: [Double]
  private(set) var columnIsInteger: [Int32]
  private(set) var rowLower: [Double] = []
  private(set) var rowUpper: [Double] = []
  // GLPK counts from 1: element 0 is there and unused.
  private(set) var entryRow: [Int32] = [0]
  private(set) var entryColumn: [Int32] = [0]
  private(set) var entryValue: [Double] = [0]

  /// - Throws: ``SolverError/invalidModel(model:subject:reason:)``.
  init(_ model: LinearModel) throws(SolverError) {
    try Self.validate(model)
    objective = Array(repeating: 0, count: model.variables.count)
    for term in model.objective.terms { objective[term.variable.index] = term.coefficient }
    columnLower = model.variables.map(\.lower)
    columnUpper = model.variables.map(\.upper)
    columnIsInteger = model.variables.map { $0.domain == .integer ? 1 : 0 }
    for constraint in model.constraints { append(constraint) }
  }

  private mutating func append(_ constraint: LinearConstraint) {
    let right = constraint.rightHandSide
    rowLower.append(constraint.sense == .lessOrEqual ? -.infinity : right)
    rowUpper.append(constraint.sense == .greaterOrEqual ? .infinity : right)
    for term in constraint.terms {
      entryRow.append(Int32(rowLower.count))
      entryColumn.append(Int32(term.variable.index + 1))
      entryValue.append(term.coefficient)
    }
  }

  private static func validate(_ model: LinearModel) throws(SolverError) {
    func refuse(_ subject: String, _ reason: String) -> SolverError {
      .invalidModel(model: model.name, subject: subject, reason: reason)
    }
    guard !model.variables.isEmpty else { throw refuse("variables", "there are none") }
    let entries = model.constraints.reduce(0) { $0 + $1.terms.count }
    // GLPK's own limit on rows, columns and entries.
    guard max(entries, model.variables.count, model.constraints.count) < 100_000_000 else {
      throw refuse("size", "more than 100 million entries")
    }
    for variable in model.variables {
      if let reason = variable.refusal { throw refuse(variable.name, reason) }
    }
    for constraint in model.constraints {
      guard constraint.rightHandSide.isFinite else {
        throw refuse(constraint.name, "its right side is not finite")
      }
      try check(constraint.terms, of: constraint.name, in: model)
    }
    try check(model.objective.terms, of: "objective", in: model)
  }

  private static func check(
    _ terms: [LinearExpression.Term], of subject: String, in model: LinearModel
  ) throws(SolverError) {
    for term in terms {
      let reason: String
      if !term.coefficient.isFinite {
        reason = "a coefficient is not finite"
      } else if !model.variables.indices.contains(term.variable.index) {
        reason = "it uses a variable of another model"
      } else {
        continue
      }
      throw .invalidModel(model: model.name, subject: subject, reason: reason)
    }
  }

  /// Calls `body` with the arrays as C sees them.
  func withProgram<Result>(
    maximize: Bool, _ body: (shunt_glpk_program) -> Result
  ) -> Result {
    objective.withUnsafeBufferPointer { objective in
      columnLower.withUnsafeBufferPointer { lower in
        columnUpper.withUnsafeBufferPointer { upper in
          columnIsInteger.withUnsafeBufferPointer { integer in
            withRows { rows in
              var program = rows
              program.columns = Int32(objective.count)
              program.maximize = maximize ? 1 : 0
              program.objective = objective.baseAddress
              program.column_lower = lower.baseAddress
              program.column_upper = upper.baseAddress
              program.column_is_integer = integer.baseAddress
              return body(program)
            }
          }
        }
      }
    }
  }

  private func withRows<Result>(_ body: (shunt_glpk_program) -> Result) -> Result {
    rowLower.withUnsafeBufferPointer { lower in
      rowUpper.withUnsafeBufferPointer { upper in
        entryRow.withUnsafeBufferPointer { row in
          entryColumn.withUnsafeBufferPointer { column in
            entryValue.withUnsafeBufferPointer { value in
              var program = shunt_glpk_program()
              program.rows = Int32(lower.count)
              program.entries = Int32(row.count - 1)
              program.row_lower = lower.baseAddress
              program.row_upper = upper.baseAddress
              program.entry_row = row.baseAddress
              program.entry_column = column.baseAddress
              program.entry_value = value.baseAddress
              return body(program)
            }
          }
        }
      }
    }
  }
}

extension VariableDescription {
  fileprivate var refusal: String? {
    if lower.isNaN || upper.isNaN { return "a bound is not a number" }
    if lower == .infinity || upper == -.infinity { return "its bounds leave no value" }
    if lower > upper { return "its lower bound \(lower) is above its upper bound \(upper)" }
    guard domain == .integer else { return nil }
    let whole = [lower, upper].allSatisfy { $0.isInfinite || $0 == $0.rounded() }
    return whole ? nil : "it is an integer with a fractional bound"
  }
}
