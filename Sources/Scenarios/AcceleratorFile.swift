private import Diagnostics
public import Domain
private import Quantities

/// The file in which `shunt calibrate measure` describes a machine, and which a scenario may name
/// as its `accelerator`.
///
/// A JSON object with `schemaVersion` 1, `id`, `name`, `architecture`, `memoryCapacity` and
/// `memoryBandwidth` with units, `peaks` by arithmetic format with units, `source`, and
/// `measurements`: the tables of a ``ProcessorProfile`` where processor cores were measured, from
/// which plans are then costed, and any other numbers, which are not read.
public enum AcceleratorFile {
  /// The file's text, which reads back as the same accelerator to nine digits.
  ///
  /// - Parameter measurements: Named numbers to keep beside the figures, units in the names.
  public static func json(
    for accelerator: Accelerator, measurements: [String: Double] = [:]
  ) -> String {
    var peaks: [String: JSONValue] = [:]
    for arithmetic in ArithmeticClass.allCases {
      guard let peak = accelerator.peaks[arithmetic] else { continue }
      peaks[arithmetic.rawValue] = quantity(peak.flopsPerSecond / 1e9, "GFLOPS")
    }
    let document = JSONValue.object([
      "schemaVersion": .integer(1), "id": .string(accelerator.id),
      "name": .string(accelerator.name), "architecture": .string(accelerator.architecture),
      "memoryCapacity": .string("\(JSONValue.number(accelerator.memoryCapacity.bytes).text) B"),
      "memoryBandwidth": quantity(accelerator.memoryBandwidth.bytesPerSecond / 1e9, "GB/s"),
      "peaks": .object(peaks), "source": .string(accelerator.source),
      "measurements": .object(
        measurements.mapValues(JSONValue.number).merging(
          accelerator.processor?.json ?? [:], uniquingKeysWith: { $1 })),
    ])
    return document.text + "\n"
  }

  private static func quantity(_ value: Double, _ unit: String) -> JSONValue {
    .string(QuantityFormat.significant(value, digits: 9) + " \(unit)")
  }
}
