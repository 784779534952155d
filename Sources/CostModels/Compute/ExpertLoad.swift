/// What one rank's expert kernel has to do, as far as its time depends on it.
///
/// Rows per expert enter only through how many experts are active and how many tiles of each height
/// they fill, so the load is made in one pass and a time costs a few hundred operations whatever the
/// number of experts.
public struct ExpertLoad: Hashable, Sendable {
  /// Tile heights (rows) that grouped kernels are built for.
  public static let tileHeights: [Int] = [16, 32, 64, 128, 256]

  /// Experts whose weights live on the rank.
  public var localExperts: Double
  /// Experts with at least one row.
  public var activeExperts: Double
  /// Rows over all local experts: token copies computed here.
  public var rows: Double
  /// Tiles filled, for each of ``tileHeights``, every expert rounded up by itself.
  public var tiles: SIMD8<Double>
  /// Token copies the routing step walks over, which may exceed ``rows``.
  public var routedCopies: Double
  /// Rows a kernel computes although their experts live elsewhere (masked Triton kernels).
  public var foreignRows: Double

  /// - Complexity: O(experts).
  public init(
    rowsPerExpert: some Collection<Int32>, routedCopies: Double? = nil, foreignRows: Double = 0
  ) {
    var active = 0
    var total = 0
    var tiles = SIMD8<Int>(repeating: 0)
    let heights = SIMD8<Int>(16, 32, 64, 128, 256, 1, 1, 1)
    let shifts = SIMD8<Int>(4, 5, 6, 7, 8, 0, 0, 0)
    for rows in rowsPerExpert where rows > 0 {
      active += 1
      total += Int(rows)
      tiles &+= (SIMD8<Int>(repeating: Int(rows)) &+ heights &- 1) &>> shifts
    }
    self.localExperts = Double(rowsPerExpert.count)
    self.activeExperts = Double(active)
    self.rows = Double(total)
    self.tiles = SIMD8<Double>(tiles)
    self.routedCopies = routedCopies ?? Double(total)
    self.foreignRows = foreignRows
  }
}
