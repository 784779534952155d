public import Domain
public import Kernels

/// Measures what this machine's cores need for everything that an executed plan does.
///
/// Every figure is a median over rounds that are spread in time, each the mean of enough repetitions
/// to be told from the clock's own grain. Products are measured twice: with weights that stay in the
/// caches, and with weights that come from memory, as those of many experts do.
public struct MachineMeasurement {
  /// How thoroughly to measure.
  public struct Effort: Hashable, Sendable {
    /// Passes over everything.
    public var rounds: Int
    /// Whether every second size is left out.
    public var isCoarse: Bool

    public init(rounds: Int, isCoarse: Bool) {
      self.rounds = rounds
      self.isCoarse = isCoarse
    }

    /// For a file that scenarios name: under two minutes.
    public static let thorough = Effort(rounds: 3, isCoarse: false)
    /// For one execution without such a file: a few seconds.
    public static let quick = Effort(rounds: 2, isCoarse: true)
  }

  private let effort: Effort
  private let cacheBytes: Double
  private let clock = WorkClock.thread
  private let arena: FloatBuffer
  private let left: FloatBuffer
  private let result: FloatBuffer

  /// - Parameter cacheBytes: bytes of the last cache.
  /// - Throws: ``MatrixLibraryError`` where OpenBLAS is missing.
  public init(effort: Effort, cacheBytes: Double) throws(MatrixLibraryError) {
    try MatrixLibrary.open()
    self.effort = effort
    self.cacheBytes = cacheBytes
    // Three times the cache, so that what comes round again is no longer there.
    arena = FloatBuffer(count: max(24 << 20, Int(cacheBytes * 3 / 4)))
    left = FloatBuffer(count: 4 << 20)
    result = FloatBuffer(count: 8 << 20)
    for buffer in [arena, left] {
      for index in 0..<buffer.count { buffer.pointer[index] = Float(index % 17) * 0.01 - 0.08 }
    }
  }

  /// Measures everything.
  ///
  /// - Parameter onProgress: told the share that is done, 0 to 1.
  public func profile(onProgress: (Double) -> Void = { _ in }) -> ProcessorProfile? {
    var samples = Samples()
    for round in 0..<effort.rounds {
      measureProducts(into: &samples)
      onProgress((Double(round) + 0.9) / Double(effort.rounds))
      measureRows(into: &samples)
      onProgress(Double(round + 1) / Double(effort.rounds))
    }
    return samples.profile(axes: axes, cacheBytes: cacheBytes)
  }

  // MARK: - Products

  /// Sizes along the axes of the tables of products.
  struct Axes {
    /// Rows that pass through a layer at once.
    var batch: [Double]
    /// Widths of matrices.
    var widths: [Double]

    /// Sizes (rows, columns, depth) of the tables, in their order.
    func points(_ product: Product) -> [(Double, Double, Double)] {
      let (rows, columns, depths) = axes(product)
      return rows.flatMap { row in
        columns.flatMap { column in depths.map { (row, column, $0) } }
      }
    }

    func axes(_ product: Product) -> ([Double], [Double], [Double]) {
      product == .weightGradient ? (widths, widths, batch) : (batch, widths, widths)
    }
  }

  /// The three products of a layer.
  enum Product: Hashable, CaseIterable {
    case forward, inputGradient, weightGradient
  }

  private var axes: Axes {
    effort.isCoarse
      ? Axes(batch: [1, 4, 16, 64, 256, 1024], widths: [32, 256, 1024, 2048])
      : Axes(
        batch: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
        widths: [32, 128, 256, 512, 1024, 2048])
  }

  private func measureProducts(into samples: inout Samples) {
    for product in Product.allCases {
      for (index, sizes) in axes.points(product).enumerated() {
        for isStreamed in [false, true] {
          let seconds = secondsOfProduct(product, sizes, isStreamed: isStreamed)
          samples.add(seconds, to: .product(product, isStreamed: isStreamed, index))
        }
      }
    }
  }

  private func secondsOfProduct(
    _ product: Product, _ sizes: (Double, Double, Double), isStreamed: Bool
  ) -> Double {
    let (m, n, k) = (Int(sizes.0), Int(sizes.1), Int(sizes.2))
    // What is streamed: the weights, or the gradient of the weights.
    let block = product == .weightGradient ? m * n : n * k
    let blocks = isStreamed ? max(1, arena.count / block) : 1
    // Small products start somewhere else every time, so that the whole arena comes round.
    let stride = max(1, blocks / 61)
    var place = 0
    // So do activations: other ranks and layers have used the caches since these rows were written.
    let (inputs, outputs) = product == .weightGradient ? (m * k, k * n) : (m * k, m * n)
    var (input, output) = (0, 0)
    return perRepetition(atLeast: isStreamed ? 3 : 2) {
      let moving = arena.pointer + place * block
      let rows = left.pointer + input
      let other = result.pointer + output
      place = (place + stride) % blocks
      if isStreamed {
        input = input + 2 * inputs <= left.count ? input + inputs : 0
        output = output + 2 * outputs <= result.count ? output + outputs : 0
      }
      switch product {
      case .forward:
        multiply(rows, moving, into: other, rows: m, columns: n, depth: k)
      case .inputGradient:
        multiply(rows, moving, into: other, rows: m, columns: n, depth: k, transposed: .right)
      case .weightGradient:
        multiply(
          rows, other, into: moving, rows: m, columns: n, depth: k, transposed: .left, keep: 1)
      }
    }
  }

  /// Mean seconds of `body`, repeated until 0.3 ms have passed, once more after a warm-up.
  private func perRepetition(atLeast least: Int, _ body: () -> Void) -> Double {
    body()
    return clock.secondsPerRepetition(during: 3e-4, atLeast: least, body)
  }

  // MARK: - Rows

  /// Floats in a row of the measurements that move rows.
  private static let width = 512

  private func measureRows(into samples: inout Samples) {
    for (index, size) in Self.rowCounts.enumerated() {
      let rows = Int(size)
      samples.add(copying(rows), to: .copy(index))
      samples.add(gathering(rows), to: .gather(index))
      samples.add(adding(rows), to: .addition(index))
      samples.add(activating(rows, isGradient: false), to: .activation(index))
      samples.add(activating(rows, isGradient: true), to: .activationGradient(index))
      samples.add(choosing(rows), to: .choice(index))
      samples.add(sorting(rows), to: .sorting(index))
    }
    samples.add(overhead(), to: .operation)
  }

  /// Rows of ``width`` floats: from one token to messages of 16 MiB.
  static let rowCounts: [Double] = [1, 4, 16, 64, 256, 1024, 4096, 8192]

  /// Where the next repetition reads and writes: behind the last one, round the whole arena, because
  /// in a run a matrix product stands between one station of a rank and the next.
  private func rotating(
    _ rows: Int
  ) -> () -> (from: UnsafeMutablePointer<Float>, to: UnsafeMutablePointer<Float>) {
    let half = arena.count / 2
    let size = rows * Self.width
    var place = 0
    return {
      defer { place = place + 2 * size <= half ? place + size : 0 }
      return (arena.pointer + place, arena.pointer + half + place)
    }
  }

  private func copying(_ rows: Int) -> Double {
    let next = rotating(rows)
    return perRepetition(atLeast: 3) {
      let places = next()
      places.to.update(from: places.from, count: rows * Self.width)
    }
  }

  private func gathering(_ rows: Int) -> Double {
    let next = rotating(rows)
    // Runs of a few rows, as tokens of one expert from one source are.
    var runs: [RowRun] = []
    for first in Swift.stride(from: 0, to: rows, by: 4) {
      let other = (first / 4 * 7919 % max(1, rows / 4)) * 4
      runs.append(RowRun(source: min(first, other), target: first, rows: min(4, rows - first)))
    }
    return perRepetition(atLeast: 3) {
      let places = next()
      Rows.move(runs, width: Self.width, from: places.from, to: places.to)
    }
  }

  private func adding(_ rows: Int) -> Double {
    let next = rotating(rows)
    return perRepetition(atLeast: 3) {
      let places = next()
      for row in 0..<rows {
        // Every target gets several rows, as a token its copies.
        Rows.add(
          0.5, places.from + row * Self.width, to: places.to + row / 4 * Self.width,
          width: Self.width)
      }
    }
  }

  private func activating(_ rows: Int, isGradient: Bool) -> Double {
    let network = FeedForwardNetwork(hidden: 1, intermediate: Self.width, isGated: true)
    let count = min(rows, left.count / (2 * Self.width))
    return perRepetition(atLeast: 3) {
      if isGradient {
        network.differentiate(result.pointer, projected: left.pointer, rows: count)
      } else {
        network.activate(left.pointer, rows: count, into: result.pointer)
      }
    } * Double(rows) / Double(count)
  }

  private func choosing(_ rows: Int) -> Double {
    let gate = TopKGate(experts: Self.width / 8, topK: 4)
    var choices = [UInt16](repeating: 0, count: rows * gate.topK)
    return perRepetition(atLeast: 3) {
      choices.withUnsafeMutableBufferPointer { choices in
        if let base = choices.baseAddress { gate.choose(left.pointer, tokens: rows, into: base) }
      }
    }
  }

  private func sorting(_ rows: Int) -> Double {
    let choices = (0..<rows).map { UInt16($0 * 7919 % 64) }
    return perRepetition(atLeast: 3) {
      result.pointer[0] = Float(CopySort(choices, experts: 64).order.count)
    }
  }

  /// What measuring an operation costs beside the operation.
  private func overhead() -> Double {
    perRepetition(atLeast: 100) { result.pointer[0] += Float(clock.now - clock.now) }
  }
}
