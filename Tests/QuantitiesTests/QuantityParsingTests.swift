import Quantities
import Testing

@Suite struct QuantityParsingTests {
  @Test(
    arguments: [
      ("50 GB/s", QuantityKind.bandwidth, 50e9), ("400 Gb/s", .bandwidth, 50e9),
      ("400Gbps", .bandwidth, 50e9), ("3.35 TB/s", .bandwidth, 3.35e12),
      ("80 GiB", .data, 80 * 1_073_741_824), ("1.5e3 MB", .data, 1.5e9), ("8 us", .time, 8e-6),
      ("0.7µs", .time, 0.7e-6), ("989 TFLOPS", .computeRate, 989e12), ("1 %", .fraction, 0.01),
      ("0.25", .fraction, 0.25), ("-3 ms", .time, -3e-3), ("1_000 B", .data, 1000), ("0", .time, 0),
    ] as [(String, QuantityKind, Double)])
  func reads(text: String, kind: QuantityKind, value: Double) throws {
    let parsed = try QuantityParser.parse(text, as: kind)
    #expect(abs(parsed - value) <= abs(value) * 1e-12)
  }

  @Test(
    arguments: [
      ("50", QuantityKind.bandwidth, QuantityError.missingUnit("50", .bandwidth)),
      ("50 GB", .bandwidth, .unknownUnit("GB", .bandwidth)),
      ("fast", .bandwidth, .notANumber("fast")), ("", .time, .notANumber("")),
      ("1e999 s", .time, .notANumber("1e999 s")), ("nan s", .time, .notANumber("nan s")),
      ("5 e", .data, .unknownUnit("e", .data)),
    ] as [(String, QuantityKind, QuantityError)])
  func refuses(text: String, kind: QuantityKind, error: QuantityError) {
    #expect(throws: error) { try QuantityParser.parse(text, as: kind) }
  }

  @Test(
    arguments: [
      (0.001234, "1.23 ms"), (9.996e-6, "10.0 us"), (1, "1.00 s"), (0, "0 ps"), (123.4, "123 s"),
      (0.0009996, "1.00 ms"),
    ] as [(Double, String)])
  func writesSeconds(value: Double, text: String) {
    #expect(QuantityFormat.seconds(value) == text)
  }

  @Test func fixedKeepsSignsAndZeros() {
    #expect(QuantityFormat.fixed(-0.004, decimals: 2) == "0.00")
    #expect(QuantityFormat.fixed(-1.005, decimals: 1) == "-1.0")
    #expect(QuantityFormat.fixed(0.05, decimals: 3) == "0.050")
    #expect(QuantityFormat.significant(.nan) == "n/a")
  }
}
