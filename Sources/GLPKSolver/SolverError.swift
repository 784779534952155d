/// Why a program could not be solved at all; a limit reached is not an error.
public enum SolverError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The model holds something no solver may be given.
  case invalidModel(model: String, subject: String, reason: String)
  /// GLPK ran into an internal error; its environment was thrown away and it can be used again.
  case internalError(model: String, message: String)
  /// GLPK gave up with a return code of its own.
  case failed(model: String, code: Int)
  /// GLPK's answer breaks the model.
  case wrongAnswer(model: String, violation: String)

  public var description: String {
    switch self {
    case .invalidModel(let model, let subject, let reason):
      "model '\(model)': \(subject): \(reason)"
    case .internalError(let model, let message):
      "GLPK stopped on model '\(model)' with an internal error (\(message)); "
        + "scale its coefficients towards 1 or use another method"
    case .failed(let model, let code):
      "GLPK gave up on model '\(model)' with code \(code); scale its coefficients towards 1"
    case .wrongAnswer(let model, let violation):
      "GLPK's answer to model '\(model)' is not one: \(violation)"
    }
  }
}
