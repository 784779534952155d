internal import Charts

/// One of the twelve questions of a report, and how a result answers it.
///
/// To add a section, write one file in `Sections/` and name it in ``SectionOrder``.
protocol ReportSection: Sendable {
  /// The fragment that links lead to, such as `ranking`.
  var id: String { get }
  var heading: String { get }
  /// What a reader wants to know here.
  var question: String { get }
  func content(of report: ReportContext) -> SectionContent
}

/// What a section says, free of any format: HTML and Markdown are written from the same value.
struct SectionContent: Sendable {
  /// Thresholds of the scenario, each met or not: what is said before anything else.
  var checks: [Check] = []
  /// The answer in a sentence, computed from the data.
  var finding: String
  var blocks: [Block]

  init(_ finding: String, _ blocks: [Block] = [], checks: [Check] = []) {
    self.checks = checks
    self.finding = finding
    self.blocks = blocks
  }

  /// A section that has no data: why, and the command that fills it.
  static func missing(_ reason: String, command: String) -> SectionContent {
    SectionContent(reason, [.command("To fill this section", command)])
  }
}

/// A piece of a section.
enum Block: Sendable {
  case paragraph(String)
  /// Something that must not be overlooked.
  case warning(String)
  case figure(Figure)
  case table(DataTable)
  /// A command to type, after a few words.
  case command(String, String)
  /// Text to be shown as it is, folded under `title`.
  case source(title: String, text: String)
}

/// A threshold and whether it was met.
struct Check: Sendable {
  let passed: Bool
  let text: String
}

/// A chart with what it shows, how it is read, and the same numbers as a table.
struct Figure: Sendable {
  let wide: any Chart
  /// The chart laid out for a telephone.
  let narrow: any Chart
  let howToRead: String
  let table: DataTable

  init(_ chart: any Chart, narrow: (any Chart)? = nil, howToRead: String, table: DataTable) {
    wide = chart
    self.narrow = narrow ?? chart
    self.howToRead = howToRead
    self.table = table
  }
}

/// Rows of text and numbers.
struct DataTable: Sendable {
  struct Column: Sendable {
    let title: String
    let isNumber: Bool

    static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
    static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
  }

  struct Cell: Sendable, ExpressibleByStringLiteral {
    let text: String
    /// What the column is sorted by; text that has none is sorted as text.
    let key: Double?
    /// Shown as a mark rather than as plain text, such as "tie with best".
    let isMark: Bool

    init(_ text: String, key: Double? = nil, isMark: Bool = false) {
      self.text = text
      self.key = key
      self.isMark = isMark
    }

    init(stringLiteral text: String) { self.init(text) }
  }

  struct Row: Sendable {
    let cells: [Cell]
    /// The strategy that the row belongs to, if any: the number of its colour and its name.
    let strategy: StrategyColour?
    let isEmphasised: Bool

    init(_ cells: [Cell], strategy: StrategyColour? = nil, isEmphasised: Bool = false) {
      self.cells = cells
      self.strategy = strategy
      self.isEmphasised = isEmphasised
    }
  }

  /// More rows than a person reads; the rest is in the JSON, and the table says so.
  static let rowLimit = 64

  let columns: [Column]
  let rows: [Row]
  let note: String?

  init(_ columns: [Column], rows: [Row], note: String? = nil) {
    self.columns = columns
    self.rows = Array(rows.prefix(Self.rowLimit))
    let cut =
      rows.count > Self.rowLimit
      ? "The first \(Self.rowLimit) of \(rows.count) rows; the result JSON has all." : nil
    let notes = [note, cut].compactMap { $0 }
    self.note = notes.isEmpty ? nil : notes.joined(separator: " ")
  }
}

/// A strategy's name and the number of its colour, the same throughout a report.
struct StrategyColour: Sendable, Hashable {
  let name: String
  let index: Int
}
