/// The rows of a load table that a scenario chose: loads by window, layer and expert.
public struct LoadTrace: Hashable, Sendable {
  /// The file as it was named.
  public let file: String
  /// Layer numbers, in the order of the file.
  public let layers: [Int]
  public let experts: Int
  /// Copies, `[windows][layers][experts]`; a table without windows is one window.
  public let windows: [[[Double]]]

  /// Copies summed over windows, `[layers][experts]`.
  public var total: [[Double]] {
    var sum = windows[0]
    for window in windows.dropFirst() {
      for layer in sum.indices {
        for expert in 0..<experts { sum[layer][expert] += window[layer][expert] }
      }
    }
    return sum
  }
}

extension LoadTable {
  /// The rows of one workload or domain; all rows, mixed in proportion to their totals, where
  /// neither is named.
  ///
  /// - Throws: ``RoutingError`` for a name that the table lacks, a layer without any load, and a
  ///   window without one of the layers.
  public func trace(
    workload: String? = nil, domain: String? = nil
  ) throws(RoutingError) -> LoadTrace {
    try check(workload, column: "workload")
    try check(domain, column: "domain")
    let wanted = workload ?? domain
    let chosen = wanted.map { key in rows.filter { $0.key == key } } ?? rows
    let layers = Self.distinct(chosen.map(\.layer))
    let windows = Self.distinct(chosen.map { $0.window ?? 0 })
    var sums = [[[Double]?]](
      repeating: [[Double]?](repeating: nil, count: layers.count), count: windows.count)
    let layerIndex = Dictionary(uniqueKeysWithValues: zip(layers, layers.indices))
    let windowIndex = Dictionary(uniqueKeysWithValues: zip(windows, windows.indices))
    for row in chosen {
      guard let window = windowIndex[row.window ?? 0], let layer = layerIndex[row.layer] else {
        continue
      }
      let counts = row.counts.map(Double.init)
      sums[window][layer] = sums[window][layer].map { zip($0, counts).map(+) } ?? counts
    }
    return LoadTrace(
      file: file, layers: layers, experts: experts,
      windows: try complete(sums, layers: layers, windows: windows))
  }

  private func complete(
    _ sums: [[[Double]?]], layers: [Int], windows: [Int]
  ) throws(RoutingError) -> [[[Double]]] {
    var result: [[[Double]]] = []
    for (window, rows) in zip(windows, sums) {
      var kept: [[Double]] = []
      for (layer, counts) in zip(layers, rows) {
        let place = isWindowed ? "window \(window), layer \(layer)" : "layer \(layer)"
        guard let counts else {
          throw RoutingError(
            .impossibleLoads, file: file, "\(place) has no row",
            fix: "give every window the same layers")
        }
        guard counts.contains(where: { $0 > 0 }) else {
          throw RoutingError(
            .impossibleLoads, file: file, "\(place) has no load on any expert",
            fix: "leave out rows without tokens")
        }
        kept.append(counts)
      }
      result.append(kept)
    }
    return result
  }

  private func check(_ wanted: String?, column: String) throws(RoutingError) {
    guard let wanted else { return }
    guard keyColumn == column else {
      let has = keyColumn.map { "it has '\($0)': choose with '\($0): NAME'" } ?? "leave it out"
      throw RoutingError(
        .unknownSelection, file: file, "the table has no column '\(column)' to choose by",
        fix: has)
    }
    guard rows.contains(where: { $0.key == wanted }) else {
      throw RoutingError(
        .unknownSelection, file: file, "there is no \(column) '\(wanted)' in the table",
        fix: "choose one of \(keys.joined(separator: ", "))")
    }
  }
}
