import Quantities
import Testing

@Suite struct SimTimeTests {
  @Test func addsExactly() {
    let start = SimTime(picoseconds: 5)
    #expect(start + SimDuration(picoseconds: 7) == SimTime(picoseconds: 12))
    #expect((start + SimDuration(picoseconds: 7)) - start == SimDuration(picoseconds: 7))
  }

  @Test(
    arguments: [
      (1e-12, 1), (0.4e-12, 0), (1.0, 1_000_000_000_000), (-1.0, 0), (.nan, 0),
    ] as [(Double, Int64)])
  func roundsSecondsOnce(seconds: Double, picoseconds: Int64) {
    #expect(SimDuration(seconds: seconds).picoseconds == picoseconds)
  }

  @Test func saturatesInsteadOfTrapping() {
    let longest = SimDuration(seconds: .infinity)
    var time = SimTime.zero
    for _ in 0..<8 { time += longest }
    #expect(time == .distantFuture)
  }
}
