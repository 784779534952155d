/// The stable name of a kind of finding, which `shunt explain` takes.
///
/// Names are never changed or used for something else, since scripts select by them.
public enum FindingCode: String, Sendable, Hashable, Codable, CaseIterable {
  // Files
  case missingFile = "missing-file"
  case unreadableFile = "unreadable-file"
  case notText = "not-text"
  case fileTooLarge = "file-too-large"

  // YAML
  case syntax = "yaml-syntax"
  case emptyFile = "empty-file"
  case severalDocuments = "several-documents"
  case duplicateKey = "duplicate-key"

  // Keys and values
  case unknownKey = "unknown-key"
  case missingKey = "missing-key"
  case missingValue = "missing-value"
  case wrongType = "wrong-type"
  case notANumber = "not-a-number"
  case missingUnit = "missing-unit"
  case unknownUnit = "unknown-unit"
  case outOfRange = "out-of-range"
  case unknownChoice = "unknown-choice"
  case conflictingKeys = "conflicting-keys"
  case unusedKey = "unused-key"
  case tooManyFindings = "too-many-findings"

  // Catalogue
  case unknownAccelerator = "unknown-accelerator"
  case unknownModel = "unknown-model"
  case unknownNode = "unknown-node"
  case unknownLink = "unknown-link"
  case catalogGap = "catalog-gap"
  case otherMemorySize = "other-memory-size"
  case approximateAttention = "approximate-attention"
  case lowConfidence = "low-confidence"

  // What a scenario says as a whole
  case topKAboveExperts = "top-k-above-experts"
  case expertGroups = "expert-groups"
  case expertParallelism = "expert-parallelism"
  case unsupportedParallelism = "unsupported-parallelism"
  case idleRanks = "idle-ranks"
  case unknownLayer = "unknown-layer"
  case unknownRank = "unknown-rank"
  case duplicateLabel = "duplicate-label"
  case badLabel = "bad-label"
  case badComparison = "bad-comparison"
  case tooLarge = "too-large"

  // Physical doubts
  case fastBetweenNodes = "fast-between-nodes"
  case implausibleValue = "implausible-value"

  // Tables, routing and placements
  case tableSyntax = "table-syntax"
  case missingColumn = "missing-column"
  case raggedRow = "ragged-row"
  case badCell = "bad-cell"
  case routingMismatch = "routing-mismatch"
  case routingWrapped = "routing-wrapped"
  case invalidPlacement = "invalid-placement"

  /// Whether it says that a file cannot be opened, rather than that its content is wrong.
  public var isAboutAccess: Bool { self == .missingFile || self == .unreadableFile }

  /// The code that a user wrote, whatever the case of its letters.
  public init?(written text: String) { self.init(rawValue: text.lowercased()) }
}
