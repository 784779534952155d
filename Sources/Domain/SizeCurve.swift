private import RealModule

/// Measured seconds of something that grows with its size; straight lines in logarithms between the
/// measured sizes.
public struct SizeCurve: Hashable, Sendable {
  /// Sizes in ascending order, all positive.
  public let sizes: [Double]
  /// Seconds at every size, all positive.
  public let seconds: [Double]

  /// Nil unless there is a point, every number is positive and finite, and sizes ascend.
  public init?(sizes: [Double], seconds: [Double]) {
    guard !sizes.isEmpty, sizes.count == seconds.count,
      (sizes + seconds).allSatisfy({ $0 > 0 && $0.isFinite }),
      zip(sizes, sizes.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    self.sizes = sizes
    self.seconds = seconds
  }

  /// Seconds at `size`: 0 where it is not positive; below the first point as there, above the last
  /// in proportion.
  ///
  /// - Complexity: O(points).
  public func seconds(at size: Double) -> Double {
    guard size > 0 else { return 0 }
    guard size > sizes[0] else { return seconds[0] }
    guard let upper = sizes.firstIndex(where: { $0 >= size }) else {
      return seconds[seconds.count - 1] * size / sizes[sizes.count - 1]
    }
    let share =
      (Double.log(size) - Double.log(sizes[upper - 1]))
      / (Double.log(sizes[upper]) - Double.log(sizes[upper - 1]))
    return Double.exp(
      Double.log(seconds[upper - 1]) * (1 - share) + Double.log(seconds[upper]) * share)
  }
}

/// Measured seconds of matrix products on a grid of sizes; straight lines in logarithms between.
public struct ProductTable: Hashable, Sendable {
  /// Sizes in ascending order along each axis: rows, columns and depth of the product.
  public let rows: [Double]
  public let columns: [Double]
  public let depths: [Double]
  /// Seconds, `[rows × columns × depths]`, the depth changing fastest.
  public let seconds: [Double]

  /// Nil unless axes ascend, numbers are positive and finite, and there is one for every point.
  public init?(rows: [Double], columns: [Double], depths: [Double], seconds: [Double]) {
    for axis in [rows, columns, depths] {
      guard !axis.isEmpty, axis.allSatisfy({ $0 > 0 && $0.isFinite }),
        zip(axis, axis.dropFirst()).allSatisfy({ $0 < $1 })
      else { return nil }
    }
    guard seconds.count == rows.count * columns.count * depths.count,
      seconds.allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    self.rows = rows
    self.columns = columns
    self.depths = depths
    self.seconds = seconds
  }

  /// Seconds of a product of the given sizes; 0 where one is not positive. Beyond the grid time is in
  /// proportion above it and follows the first interval below it.
  ///
  /// - Complexity: O(points of the axes).
  public func seconds(rows m: Double, columns n: Double, depth k: Double) -> Double {
    guard m > 0, n > 0, k > 0 else { return 0 }
    let (row, column, depth) = (Self.place(m, rows), Self.place(n, columns), Self.place(k, depths))
    var sum = 0.0
    for (i, rowShare) in row.corners {
      for (j, columnShare) in column.corners {
        for (l, depthShare) in depth.corners {
          let index = (i * columns.count + j) * depths.count + l
          sum += rowShare * columnShare * depthShare * Double.log(seconds[index])
        }
      }
    }
    return Double.exp(sum) * row.factor * column.factor * depth.factor
  }

  private struct Place {
    var corners: [(Int, Double)]
    /// What the size exceeds the grid by.
    var factor: Double
  }

  private static func place(_ size: Double, _ axis: [Double]) -> Place {
    let last = axis.count - 1
    if size >= axis[last] { return Place(corners: [(last, 1)], factor: size / axis[last]) }
    guard last > 0 else { return Place(corners: [(0, 1)], factor: 1) }
    let upper = max(1, axis.firstIndex { $0 >= size } ?? last)
    let share =
      (Double.log(size) - Double.log(axis[upper - 1]))
      / (Double.log(axis[upper]) - Double.log(axis[upper - 1]))
    return Place(corners: [(upper - 1, 1 - share), (upper, share)], factor: 1)
  }
}
