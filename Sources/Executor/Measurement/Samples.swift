internal import Domain

/// Measurements of one machine, figure by figure and round by round.
struct Samples {
  enum Figure: Hashable {
    case product(MachineMeasurement.Product, isStreamed: Bool, Int)
    case copy(Int)
    case gather(Int)
    case addition(Int)
    case activation(Int)
    case activationGradient(Int)
    case choice(Int)
    case sorting(Int)
    case operation
  }

  private var values: [Figure: [Double]] = [:]

  mutating func add(_ seconds: Double, to figure: Figure) {
    values[figure, default: []].append(max(seconds, 1e-9))
  }

  /// The profile; nil where a figure was not measured.
  func profile(axes: MachineMeasurement.Axes, cacheBytes: Double) -> ProcessorProfile? {
    let floats = MachineMeasurement.rowCounts.map { $0 * 512 }
    guard let cached = products(axes, isStreamed: false),
      let streamed = products(axes, isStreamed: true),
      let copy = curve(floats.map { $0 * 4 }, Figure.copy),
      let gather = curve(floats.map { $0 * 4 }, Figure.gather),
      let addition = curve(floats, Figure.addition),
      let activation = curve(floats, Figure.activation),
      let gradient = curve(floats, Figure.activationGradient),
      let choice = curve(MachineMeasurement.rowCounts.map { $0 * 64 }, Figure.choice),
      let sorting = curve(MachineMeasurement.rowCounts, Figure.sorting)
    else { return nil }
    return ProcessorProfile(
      cached: cached, streamed: streamed, cacheBytes: cacheBytes, copy: copy, gather: gather,
      addition: addition, activation: activation, activationGradient: gradient, choice: choice,
      sorting: sorting, operationSeconds: median(.operation) ?? 0, noise: noise)
  }

  private func products(
    _ axes: MachineMeasurement.Axes, isStreamed: Bool
  ) -> ProcessorProfile.Products? {
    func table(_ product: MachineMeasurement.Product) -> ProductTable? {
      let (rows, columns, depths) = axes.axes(product)
      let seconds = axes.points(product).indices.map {
        median(.product(product, isStreamed: isStreamed, $0)) ?? .nan
      }
      return ProductTable(rows: rows, columns: columns, depths: depths, seconds: seconds)
    }
    guard let forward = table(.forward), let input = table(.inputGradient),
      let weight = table(.weightGradient)
    else { return nil }
    return .init(forward: forward, inputGradient: input, weightGradient: weight)
  }

  private func curve(_ sizes: [Double], _ figure: (Int) -> Figure) -> SizeCurve? {
    SizeCurve(sizes: sizes, seconds: sizes.indices.map { median(figure($0)) ?? .nan })
  }

  private func median(_ figure: Figure) -> Double? {
    guard let sorted = values[figure]?.sorted(), !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The median over figures of half their range over their median; 0 with a single round.
  private var noise: Double {
    let spreads = values.values.compactMap { sample -> Double? in
      guard sample.count > 1, let low = sample.min(), let high = sample.max() else { return nil }
      return (high - low) / (high + low)
    }.sorted()
    return spreads.isEmpty ? 0 : spreads[spreads.count / 2]
  }
}
