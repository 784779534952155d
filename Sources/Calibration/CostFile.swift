public import CostModels
private import Foundation

/// Cost files: the fitted constants as JSON with sorted keys.
public enum CostFile {
  /// The JSON text of `parameters`; equal parameters give equal bytes.
  public static func json(_ parameters: CostParameters) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(parameters), as: UTF8.self) + "\n"
  }

  /// Reads a cost file named `file`.
  ///
  /// - Throws: a fault where the text is not such JSON, was written by a later version, or a set of
  ///   constants does not fit its formula.
  public static func parameters(
    from text: String, file: String
  ) throws(TableFault) -> CostParameters {
    let parameters: CostParameters
    do {
      parameters = try JSONDecoder().decode(CostParameters.self, from: Data(text.utf8))
    } catch {
      throw TableFault(
        file: file, message: "the file is not a cost file",
        fix: "write one with `shunt calibrate fit`")
    }
    guard parameters.schemaVersion <= CostParameters.currentSchemaVersion else {
      throw TableFault(
        file: file, message: "the file has schema version \(parameters.schemaVersion)",
        fix: "use a newer shunt, or fit again")
    }
    for set in parameters.sets {
      if let problem = problem(set) {
        throw TableFault(
          file: file, message: "constants \(set.formula) \(set.variant): \(problem)",
          fix: "fit again, or correct the values")
      }
    }
    return parameters
  }

  private static func problem(_ set: ConstantSet) -> String? {
    guard let formula = FormulaKind(rawValue: set.formula) else { return "no such formula" }
    let constants = formula.constants
    guard set.values.count == constants.count else {
      return "\(set.values.count) values in place of \(constants.count)"
    }
    for (value, spec) in zip(set.values, constants) where !(value.isFinite && spec.allows(value)) {
      return "\(spec.name) is \(value), outside \(spec.lower) … \(spec.upper)"
    }
    return nil
  }
}

extension ConstantSpec {
  /// Whether a fit could have found `value`, rounding allowed for.
  fileprivate func allows(_ value: Double) -> Bool {
    let slack = 1e-3 * Swift.max(abs(lower), abs(upper))
    return value >= (scale == .logarithmic ? lower * 0.999 : lower - slack)
      && value <= upper + Swift.abs(upper) * 1e-3
  }
}
