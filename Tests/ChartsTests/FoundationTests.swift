import Testing

@testable import Charts

@Suite("Numbers, scales and text")
struct FoundationTests {
  @Test(
    arguments: [
      (0, "0"), (1_234_567, "1,230,000"), (0.025641, "0.0256"), (9.996, "10.0"), (999.6, "1,000"),
      (-41.84, "-41.8"), (1, "1.00"), (100, "100"), (0.001, "0.00100"), (1e9, "1.00e9"),
      (9.999e12, "1.00e13"), (1.5e-7, "1.50e-7"), (-2.5e300, "-2.50e300"), (1e-300, "1.00e-300"),
      (.nan, "not a number"), (.infinity, "infinite"), (-.infinity, "-infinite"),
      (0.9999, "1.00"), (99.95, "100"), (123_456_789, "123,000,000"),
    ] as [(Double, String)])
  func significantDigits(value: Double, text: String) {
    #expect(NumberText.significant(value) == text)
  }

  @Test(
    arguments: [
      (1234.5, 2, "1,234.50"), (0.005, 2, "0.01"), (-0.001, 2, "0.00"), (-1.5, 0, "-2"),
      (1e15, 0, "1,000,000,000,000,000"), (1e20, 2, "1.00e20"), (12, 0, "12"),
      (0.1, 9, "0.100000000"),
    ] as [(Double, Int, String)])
  func fixedDecimals(value: Double, decimals: Int, text: String) {
    #expect(NumberText.fixed(value, decimals: decimals) == text)
  }

  @Test(
    arguments: [
      (0.4567, "45.7 %"), (0, "0 %"), (1, "100 %"), (0.5, "50 %"), (0.9996, "100 %"),
      (.nan, "not a number"),
    ] as [(Double, String)])
  func percentages(share: Double, text: String) {
    #expect(NumberText.percent(share) == text)
  }

  @Test(
    arguments: [
      (0, 41.8, [0, 10, 20, 30, 40, 50]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
      (97, 103, [96, 98, 100, 102, 104]), (-1, 1, [-1, -0.5, 0, 0.5, 1]),
    ] as [(Double, Double, [Double])])
  func niceTicks(low: Double, high: Double, ticks: [Double]) {
    let scale = Scale.linear(low: low, high: high, start: 0, end: 100)
    #expect(scale.ticks.count == ticks.count)
    #expect(zip(scale.ticks, ticks).allSatisfy { abs($0 - $1) < 1e-9 }, "\(scale.ticks)")
  }

  /// Whatever the data: few ticks, all on the axis, all told apart by their text.
  @Test(arguments: -90..<90)
  func ticksOfAnySize(exponent: Int) {
    for (low, high) in [(0.0, 3.7), (1.0, 1.001), (-5, 2), (7, 7), (0, 0)] {
      let size = powerOfTen(exponent)
      for isExact in [false, true] {
        let scale = Scale.linear(
          low: low * size, high: high * size, start: 10, end: 300, exact: isExact)
        #expect((1...13).contains(scale.ticks.count), "\(low) \(high) \(exponent) \(scale.ticks)")
        let places = scale.ticks.map { scale($0) }
        #expect(places.allSatisfy { $0 >= 9.9 && $0 <= 300.1 })
        #expect(places == places.sorted())
        if high > low && high - low > 0.01 {
          #expect(Set(scale.ticks.map(scale.text)).count == scale.ticks.count, "\(scale.ticks)")
        }
      }
    }
  }

  @Test func logarithmicTicks() {
    let wide = Scale.logarithmic(low: 1, high: 1e4, start: 0, end: 400)
    #expect(wide.ticks == [1, 10, 100, 1000, 10000])
    #expect(wide.ticks.map(wide.text) == ["1", "10", "100", "1,000", "10,000"])
    #expect(wide(100) == 200)
    let short = Scale.logarithmic(low: 1, high: 8, start: 0, end: 100)
    #expect(short.ticks == [1, 2, 5])
  }

  @Test(
    arguments: [
      (0, "0"), (12, "12"), (12.5, "12.5"), (12.25, "12.25"), (12.053, "12.05"), (-0.5, "-0.5"),
      (-0.001, "0"), (.nan, "0"), (1e300, "10000000"),
    ] as [(Double, String)])
  func coordinates(value: Double, text: String) {
    #expect(coordinate(value) == text)
  }

  @Test func units() {
    #expect(DisplayUnit.time(largestSeconds: 0.042).name == "ms")
    #expect(DisplayUnit.time(largestSeconds: 3e-8) == .time(largestSeconds: 5e-9))
    #expect(DisplayUnit.time(largestSeconds: 0).name == "s")
    #expect(DisplayUnit.memory(largestBytes: 80 * 0x1p30).name == "GiB")
    #expect(DisplayUnit.traffic(largestBytes: 3.4e9).name == "GB")
    #expect(abs(DisplayUnit.traffic(largestBytes: 3.4e9).factor * 3.4e9 - 3.4) < 1e-12)
    #expect(DisplayUnit.time(largestSeconds: .nan).name == "ns")
  }

  @Test func textIsCutWithAnEllipsis() {
    #expect(shortened("abcdef", to: 4) == "abc…")
    #expect(shortened("abcd", to: 4) == "abcd")
    #expect(fitted("a rather long name", width: 60).hasSuffix("…"))
    #expect(fitted("short", width: 60) == "short")
    #expect(fitted("", width: 60) == "")
  }

  @Test func seriesNumbersGoRound() {
    #expect(ChartStyle.seriesClass(0) == "series-0")
    #expect(ChartStyle.seriesClass(7) == "series-0")
    #expect(ChartStyle.seriesClass(-1) == "series-6")
  }
}
