/// What a routing trace is like: skew, dispersion, drift, locality and affinity.
///
/// Every part that the file cannot tell is absent.
public struct RoutingProfile: Hashable, Sendable, Codable {
  public var schemaVersion = 1
  /// The file as it was named.
  public var file: String
  public var format: String
  public var experts: Int
  public var layers: Int
  /// Windows of time in the trace.
  public var windows: Int
  public var skew: Skew?
  public var dispersion: Dispersion?
  public var drift: Drift?
  public var locality: Locality?
  public var affinity: Affinity?
  /// Each layer's popularity, for a generator to follow; largest first is not assumed.
  public var popularity: [LayerPopularity]
  /// Shares of a layer's experts, largest first, as the mean over layers: what the catalogue has in
  /// place of ``popularity``.
  public var curve: [Double]?

  /// One layer's shares of the copies by expert.
  public struct LayerPopularity: Hashable, Sendable, Codable {
    public var layer: Int
    public var shares: [Double]
  }

  /// How unevenly the experts are used, as means over layers.
  public struct Skew: Hashable, Sendable, Codable {
    /// Hottest expert over mean expert.
    public var hottestOverMean: Double
    /// Standard deviation over mean of the experts' loads.
    public var coefficientOfVariation: Double
    /// Experts that nothing was routed to, of all layers.
    public var idleExperts: Int
    public var imbalance: [Imbalance]
  }

  /// Busiest rank over mean rank at one number of ranks, as means over layers.
  public struct Imbalance: Hashable, Sendable, Codable {
    public var ranks: Int
    /// Consecutive experts share a rank.
    public var contiguous: Double
    /// Equally many experts a rank, packed heaviest first onto the least loaded rank.
    public var balanced: Double
    /// What no placement without copies of experts can go below.
    public var lowerBound: Double
  }

  /// How much popularity scatters from window to window.
  public struct Dispersion: Hashable, Sendable, Codable {
    /// Variance over the variance that counting alone would give; 1 for a steady router.
    public var varianceOverMultinomial: Double
    /// The precision of the Dirichlet law that scatters as much; absent where nothing is left
    /// beyond counting.
    public var precision: Double?
  }

  /// How much popularity moves over the trace, as means over layers.
  public struct Drift: Hashable, Sendable, Codable {
    /// Correlation of each window's loads with those of the first.
    public var correlationWithFirst: [Double]
    /// Mean correlation of neighbouring windows.
    public var correlationWithPrevious: Double
  }

  /// How well one fixed set of experts serves consecutive tokens.
  public struct Locality: Hashable, Sendable, Codable {
    /// Consecutive tokens of one sequence that are looked at together.
    public var tokens: Int
    /// F1 of the best fixed set for such a stretch, mean over stretches and layers.
    public var f1: Double
    /// The same over tokens in random order.
    public var f1Shuffled: Double
    /// The share of a token's experts that the token before it used, mean over layers.
    public var repeated: Double?
    /// The same over tokens in random order.
    public var repeatedByChance: Double?
  }

  /// How much the experts of one layer say about those of the next.
  public struct Affinity: Hashable, Sendable, Codable {
    /// How much likelier an expert's most likely successor is than an average expert, mean over
    /// experts and pairs of layers.
    public var successorOverChance: Double
    /// Pairs of layers that were looked at.
    public var layerPairs: Int
  }
}

extension RoutingProfile {
  /// The profile of a routing file of any format.
  ///
  /// - Parameters:
  ///   - topK: experts a token uses; needed to cut the tokens of a token table into layers.
  ///   - experts: experts of the model; where it is absent the largest number in a token table
  ///     decides.
  ///   - key: the workload or domain to look at; everything together where it is absent.
  /// - Throws: ``RoutingError`` with file, line and column.
  public init(
    path: String, folder: String = ".", format: RoutingFileFormat? = nil, topK: Int,
    experts: Int? = nil, key: String? = nil
  ) throws(RoutingError) {
    let source = try FileBytes(path: path, folder: folder)
    let format = if let format { format } else { try RoutingFileFormat(of: source) }
    switch format {
    case .loadTable, .windowTable:
      let table = try LoadTable(source)
      let isWorkload = table.keyColumn == "workload"
      self.init(
        try table.trace(workload: isWorkload ? key : nil, domain: isWorkload ? nil : key),
        topK: topK,
        format: table.isWindowed ? .windowTable : .loadTable)
    case .tokenTable:
      let table = try TokenTable(source, digits: (experts ?? 0) > 256 ? 3 : 2)
      try self.init(table, topK: topK, experts: experts, domain: key)
    case .transitionTable:
      self.init(try TransitionTable(source, domain: key))
    }
  }

  /// The profile of loads, window by window.
  public init(_ trace: LoadTrace, topK: Int, format: RoutingFileFormat) {
    let total = trace.total
    self.init(file: trace.file, format: format, experts: trace.experts, layers: trace.layers)
    windows = trace.windows.count
    skew = Skew(loads: total)
    popularity = Self.popularity(total, layers: trace.layers)
    guard trace.windows.count > 1 else { return }
    dispersion = Dispersion(windows: trace.windows, topK: topK)
    drift = Drift(windows: trace.windows)
  }

  /// The profile of transition counts.
  public init(_ table: TransitionTable) {
    let layers = LoadTable.distinct(table.pairs.flatMap { [$0.from, $0.to] })
    self.init(file: table.file, format: .transitionTable, experts: table.experts, layers: layers)
    affinity = Affinity(pairs: table.pairs.map(\.counts), experts: table.experts)
    let loads = table.pairs.map { pair in
      stride(from: 0, to: pair.counts.count, by: table.experts).map { row in
        pair.counts[row..<(row + table.experts)].reduce(0, +)
      }
    }
    skew = Skew(loads: loads)
    popularity = Self.popularity(loads, layers: table.pairs.map(\.from))
  }

  init(file: String, format: RoutingFileFormat, experts: Int, layers: [Int]) {
    self.file = file
    self.format = format.rawValue
    self.experts = experts
    self.layers = layers.count
    windows = 1
    popularity = []
  }

  static func popularity(_ loads: [[Double]], layers: [Int]) -> [LayerPopularity] {
    zip(layers, loads).map { layer, loads in
      let sum = loads.reduce(0, +)
      return LayerPopularity(layer: layer, shares: loads.map { sum > 0 ? $0 / sum : 0 })
    }
  }
}
