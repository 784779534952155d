/// A recorded timeline of kernels on the streams of one accelerator.
public struct KernelTrace: Sendable {
  /// One kernel.
  public struct Kernel: Hashable, Sendable {
    /// Microseconds from the start of the trace.
    public var start: Double
    public var duration: Double
    public var stream: Int
    public var category: String
    /// Kernels it waited for: the one before it on its stream, and on another stream the last that
    /// had ended when it started, where that ended later. Indices of ``KernelTrace/kernels``.
    public var waitsFor: [Int]

    public var end: Double { start + duration }
  }

  public let csv: CSVTable
  /// In the order of their starts.
  public let kernels: [Kernel]

  static let columns = ["start_us", "dur_us", "stream", "category"]
  /// A kernel that starts longer after another's end did not wait for it, in microseconds.
  private static let longestGap = 200.0

  /// Reads a trace and infers what each kernel waited for; a trace does not say.
  ///
  /// - Throws: a fault where columns are missing or a cell is no number.
  /// - Complexity: O(kernels · streams) after sorting.
  public init(_ csv: CSVTable) throws(TableFault) {
    guard csv.has(Self.columns) else {
      throw TableFault(
        file: csv.file, line: 1, message: "the columns are not those of a kernel trace",
        fix: "give it " + Self.columns.joined(separator: ", "))
    }
    var kernels: [Kernel] = []
    for row in csv.rows.indices {
      guard let start = try csv.measurement(row, "start_us"),
        let duration = try csv.measurement(row, "dur_us")
      else { throw csv.fault(row, "start_us", "a kernel needs a start and a duration") }
      kernels.append(
        Kernel(
          start: start, duration: duration, stream: try csv.integer(row, "stream"),
          category: csv.text(row, "category"), waitsFor: []))
    }
    kernels.sort { $0.start < $1.start }
    self.csv = csv
    self.kernels = Self.linked(kernels)
  }

  private static func linked(_ kernels: [Kernel]) -> [Kernel] {
    var result = kernels
    let streams = Set(kernels.map(\.stream)).sorted()
    var last: [Int: Int] = [:]
    // Of every stream the kernels in order, with how many have ended by now.
    let order = streams.map { stream in kernels.indices.filter { kernels[$0].stream == stream } }
    var ended = [Int](repeating: 0, count: streams.count)
    for index in kernels.indices {
      let kernel = kernels[index]
      let before = last[kernel.stream]
      var waits = before.map { [$0] } ?? []
      let free = before.map { kernels[$0].end } ?? 0
      for (place, stream) in streams.enumerated() where stream != kernel.stream {
        while ended[place] < order[place].count,
          kernels[order[place][ended[place]]].end <= kernel.start
        {
          ended[place] += 1
        }
        guard ended[place] > 0 else { continue }
        let other = order[place][ended[place] - 1]
        if kernels[other].end > free, kernel.start - kernels[other].end < longestGap {
          waits.append(other)
        }
      }
      result[index].waitsFor = waits
      last[kernel.stream] = index
    }
    return result
  }

  /// Microseconds from the first start to the last end.
  public var makespan: Double {
    (kernels.map(\.end).max() ?? 0) - (kernels.first?.start ?? 0)
  }

  /// Streams in rising order with the sum of their kernels' durations.
  public var busy: [(stream: Int, microseconds: Double)] {
    Set(kernels.map(\.stream)).sorted().map { stream in
      (stream, kernels.filter { $0.stream == stream }.reduce(0) { $0 + $1.duration })
    }
  }
}
