public import CostModels

/// Writes fitted constants as the Swift source that ships them.
public enum ParameterSource {
  /// A source file that defines `CostParameters.shipped` as `parameters`.
  public static func swift(_ parameters: CostParameters) -> String {
    var text = "// Written by scripts/regenerate-costs from public tables; do not edit.\n"
    text += "// swift-format-ignore-file\n\n"
    text += "extension CostParameters {\n"
    text += "  /// The constants Shunt ships; docs/accuracy.md shows their errors.\n"
    text += "  public static let shipped = CostParameters(\n"
    text += "    provenance: \(quoted(parameters.provenance)),\n"
    text += "    sets: shippedSets, splits: shippedSplits)\n\n"
    text += "  private static let shippedSets: [ConstantSet] = [\n"
    for set in parameters.sets { text += line(set) }
    text += "  ]\n\n  private static let shippedSplits: [SplitRule] = [\n"
    for split in parameters.splits { text += line(split) }
    return text + "  ]\n}\n"
  }

  private static func line(_ set: ConstantSet) -> String {
    let names = [set.formula, set.accelerator, set.architecture, set.variant].map(quoted)
    return "    ConstantSet(formula: \(names[0]), accelerator: \(names[1]), "
      + "architecture: \(names[2]), variant: \(names[3]),\n"
      + "      values: \(list(set.values)), linkRate: \(rounded(set.linkRate)),\n"
      + "      memoryRate: \(rounded(set.memoryRate)), peakRate: \(rounded(set.peakRate)),\n"
      + "      uncertainty: \(list(set.uncertainty)),\n"
      + "      rows: \(set.rows), medianError: \(rounded(set.medianError))),\n"
  }

  private static func line(_ split: SplitRule) -> String {
    let columns = split.heldOut.map { held in
      ".init(constants: \(quoted(held.constants)), column: \(quoted(held.column)), values: ["
        + held.values.map(quoted).joined(separator: ", ") + "])"
    }
    return "    SplitRule(table: \(quoted(split.table)), heldOut: ["
      + columns.joined(separator: ", ") + "]),\n"
  }

  private static func list(_ values: [Double]) -> String {
    "[" + values.map(rounded).joined(separator: ", ") + "]"
  }

  /// Five significant digits: far finer than any interval, and short.
  static func rounded(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0.0" : "1e9" }
    var scale = 1.0
    while abs(value) * scale < 1e4, scale < 1e15 { scale *= 10 }
    while abs(value) * scale >= 1e5, scale > 1e-12 { scale /= 10 }
    return String((value * scale).rounded() / scale)
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }
}
