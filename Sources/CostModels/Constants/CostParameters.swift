/// Where the constants behind a predicted time come from.
public enum ConstantOrigin: Hashable, Sendable, Codable {
  /// Fitted to measurements of this very accelerator and kernel.
  case fitted
  /// Taken over from measured neighbours, named here, as ratios to the data sheet.
  case extrapolated(from: [String])
  /// No measurement of this formula at all: its starting values.
  case assumed

  /// Whether a report has to mark the number.
  public var isExtrapolated: Bool { self != .fitted }

  /// A phrase for tables and assumptions.
  public var description: String {
    switch self {
    case .fitted: "fitted"
    case .extrapolated(let neighbours): "extrapolated from \(neighbours.joined(separator: ", "))"
    case .assumed: "assumed"
    }
  }
}

/// The fitted constants of one formula on one accelerator in one variant.
public struct ConstantSet: Hashable, Sendable, Codable {
  /// The formula, such as `expertGEMM`.
  public var formula: String
  /// The catalogue id of the accelerator the rows were measured on.
  public var accelerator: String
  /// The accelerator's architecture, by which neighbours are sought.
  public var architecture: String
  /// Bytes a second of the link the rows were measured over, 0 for formulas without one; constants
  /// of a PCIe box say little about NVLink.
  public var linkRate: Double
  /// Bytes a second of the accelerator's memory and its 16-bit operations a second, by which the
  /// nearest neighbours are told; 0 where not known.
  public var memoryRate: Double
  public var peakRate: Double
  /// What else the constants depend on: kernel family and format, or collective.
  public var variant: String
  /// Values in the order of the formula's constants.
  public var values: [Double]
  /// Half-widths of the 95 % confidence intervals, as factors less one (`0.1` is ±10 %) for
  /// logarithmic constants and as differences for linear ones.
  public var uncertainty: [Double]
  /// The number of comparisons fitted.
  public var rows: Int
  /// Median of |predicted / measured − 1| over them.
  public var medianError: Double

  public init(
    formula: String, accelerator: String, architecture: String, variant: String, values: [Double],
    linkRate: Double = 0, memoryRate: Double = 0, peakRate: Double = 0,
    uncertainty: [Double] = [], rows: Int = 0, medianError: Double = 0
  ) {
    self.formula = formula
    self.accelerator = accelerator
    self.architecture = architecture
    self.variant = variant
    self.linkRate = linkRate
    self.memoryRate = memoryRate
    self.peakRate = peakRate
    self.values = values
    self.uncertainty = uncertainty
    self.rows = rows
    self.medianError = medianError
  }
}

/// The constants of all cost models, with what they were fitted to.
public struct CostParameters: Hashable, Sendable, Codable {
  public static let currentSchemaVersion = 1

  public var schemaVersion: Int
  /// One line on where the constants come from: the tables fitted and their sources.
  public var provenance: String
  /// Sorted by formula, variant and accelerator.
  public var sets: [ConstantSet]
  /// Which rows of which table were kept out of the fit.
  public var splits: [SplitRule]

  public init(provenance: String, sets: [ConstantSet], splits: [SplitRule] = []) {
    self.schemaVersion = Self.currentSchemaVersion
    self.provenance = provenance
    self.sets = sets.sorted(by: ConstantSet.precedes)
    self.splits = splits
  }

  /// These constants with those of `other` put in the place of equal keys.
  public func merging(_ other: CostParameters) -> CostParameters {
    let replaced = sets.filter { old in !other.sets.contains { $0.hasKey(of: old) } }
    let kept = splits.filter { old in !other.splits.contains { $0.table == old.table } }
    return CostParameters(
      provenance: other.provenance, sets: replaced + other.sets, splits: kept + other.splits)
  }
}

extension ConstantSet {
  /// Reads a set; files written before the rates of the data sheet were kept have none.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      formula: try keys.decode(String.self, forKey: .formula),
      accelerator: try keys.decode(String.self, forKey: .accelerator),
      architecture: try keys.decode(String.self, forKey: .architecture),
      variant: try keys.decode(String.self, forKey: .variant),
      values: try keys.decode([Double].self, forKey: .values),
      linkRate: try keys.decode(Double.self, forKey: .linkRate),
      memoryRate: try keys.decodeIfPresent(Double.self, forKey: .memoryRate) ?? 0,
      peakRate: try keys.decodeIfPresent(Double.self, forKey: .peakRate) ?? 0,
      uncertainty: try keys.decode([Double].self, forKey: .uncertainty),
      rows: try keys.decode(Int.self, forKey: .rows),
      medianError: try keys.decode(Double.self, forKey: .medianError))
  }

  func hasKey(of other: ConstantSet) -> Bool {
    formula == other.formula && accelerator == other.accelerator && variant == other.variant
  }

  static func precedes(_ left: ConstantSet, _ right: ConstantSet) -> Bool {
    (left.formula, left.variant, left.accelerator)
      < (right.formula, right.variant, right.accelerator)
  }
}

/// The rows of one table that a fit did not see: whole values of a column, never rows at random.
public struct SplitRule: Hashable, Sendable, Codable {
  /// The file name of the table.
  public var table: String
  /// The held-out values of each splitting column, `shape` standing for all size columns together.
  ///
  /// Every set of constants has its own: what one kernel was measured on need not exist for another.
  public var heldOut: [HeldOutValues]

  public struct HeldOutValues: Hashable, Sendable, Codable {
    /// The set of constants, as `accelerator variant`.
    public var constants: String
    public var column: String
    public var values: [String]

    public init(constants: String, column: String, values: [String]) {
      self.constants = constants
      self.column = column
      self.values = values
    }
  }

  public init(table: String, heldOut: [HeldOutValues]) {
    self.table = table
    self.heldOut = heldOut
  }
}
