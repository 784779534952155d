/// Moving and adding rows of a matrix.
public enum Rows {
  /// Copies rows: row *i* of the result is row `order[i]` of `source`.
  public static func gather(
    _ source: UnsafePointer<Float>, _ order: ArraySlice<Int32>, width: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    var place = target
    for row in order {
      place.update(from: source + Int(row) * width, count: width)
      place += width
    }
  }

  /// Copies runs of consecutive rows from one order to another.
  public static func move(
    _ runs: [RowRun], width: Int, from source: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>
  ) {
    for run in runs {
      (target + run.target * width).update(
        from: source + run.source * width, count: run.rows * width)
    }
  }

  /// Adds `factor` times a row to another.
  @inlinable
  public static func add(
    _ factor: Float, _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>,
    width: Int
  ) {
    var column = 0
    while column + 8 <= width {
      let old = UnsafeRawPointer(target + column).loadUnaligned(as: SIMD8<Float>.self)
      let new = UnsafeRawPointer(source + column).loadUnaligned(as: SIMD8<Float>.self)
      UnsafeMutableRawPointer(target + column).storeBytes(
        of: old + factor * new, as: SIMD8<Float>.self)
      column += 8
    }
    while column < width {
      target[column] += factor * source[column]
      column += 1
    }
  }

  /// Writes `factor` times a row to another, or to itself.
  @inlinable
  public static func scale(
    _ factor: Float, _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
    width: Int
  ) {
    var column = 0
    while column + 8 <= width {
      let row = UnsafeRawPointer(source + column).loadUnaligned(as: SIMD8<Float>.self)
      UnsafeMutableRawPointer(target + column).storeBytes(of: factor * row, as: SIMD8<Float>.self)
      column += 8
    }
    while column < width {
      target[column] = factor * source[column]
      column += 1
    }
  }

  /// The sum of products of two rows.
  @inlinable
  public static func dot(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, width: Int
  ) -> Float {
    var sums = SIMD8<Float>(repeating: 0)
    var column = 0
    while column + 8 <= width {
      let a = UnsafeRawPointer(left + column).loadUnaligned(as: SIMD8<Float>.self)
      let b = UnsafeRawPointer(right + column).loadUnaligned(as: SIMD8<Float>.self)
      sums += a * b
      column += 8
    }
    var sum = sums.sum()
    while column < width {
      sum += left[column] * right[column]
      column += 1
    }
    return sum
  }
}

/// Consecutive rows that move together.
public struct RowRun: Hashable, Sendable {
  /// The first row where they stand.
  public var source: Int
  /// The first row where they go.
  public var target: Int
  public var rows: Int

  public init(source: Int, target: Int, rows: Int) {
    self.source = source
    self.target = target
    self.rows = rows
  }
}
