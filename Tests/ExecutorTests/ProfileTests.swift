import Domain
import Testing

@Suite("Measured curves and tables")
struct ProfileTests {
  /// 1 s at 10, 4 s at 40: in logarithms a straight line of slope 1, so 20 takes 2 s.
  @Test("a curve is straight in logarithms, flat before and in proportion behind")
  func curve() throws {
    let curve = try #require(SizeCurve(sizes: [10, 40], seconds: [1, 4]))
    #expect(abs(curve.seconds(at: 20) - 2) < 1e-12)
    #expect(curve.seconds(at: 5) == 1)
    #expect(curve.seconds(at: 80) == 8)
    #expect(curve.seconds(at: 0) == 0)
  }

  @Test("broken curves are refused") func refused() {
    #expect(SizeCurve(sizes: [], seconds: []) == nil)
    #expect(SizeCurve(sizes: [2, 1], seconds: [1, 1]) == nil)
    #expect(SizeCurve(sizes: [1], seconds: [0]) == nil)
    #expect(SizeCurve(sizes: [1, 2], seconds: [1]) == nil)
  }

  /// Seconds are the product of the sizes, which the table must give back anywhere on and between
  /// its points, and above them.
  @Test("a table of products interpolates") func table() throws {
    let axis = [1.0, 4, 16]
    let seconds = axis.flatMap { m in axis.flatMap { n in axis.map { m * n * $0 } } }
    let table = try #require(
      ProductTable(rows: axis, columns: axis, depths: axis, seconds: seconds))
    for (m, n, k) in [(4.0, 4.0, 4.0), (2, 8, 5), (1, 16, 3), (32, 20, 64)] {
      #expect(abs(table.seconds(rows: m, columns: n, depth: k) / (m * n * k) - 1) < 1e-9)
    }
    #expect(table.seconds(rows: 0, columns: 1, depth: 1) == 0)
  }
}
