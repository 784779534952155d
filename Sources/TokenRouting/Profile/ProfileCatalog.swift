private import Quantities

/// Profiles of real models' traces, small enough to be compiled in.
public enum ProfileCatalog {
  /// One profile and where its counts were published.
  public struct Entry: Sendable {
    public let id: String
    public let model: String
    public let profile: RoutingProfile
    public let source: String
  }

  /// In the order of the table; a test holds that it loads.
  public static let entries: [Entry] =
    (try? entries(of: String(decoding: PackageResources.profiles_csv, as: UTF8.self))) ?? []

  /// The profile called `id`; case does not matter.
  public static func entry(_ id: String) -> Entry? {
    entries.first { $0.id.lowercased() == id.lowercased() }
  }

  /// Reads the table.
  ///
  /// - Throws: ``RoutingError`` with the line of what cannot be read.
  static func entries(of text: String) throws(RoutingError) -> [Entry] {
    let table: DelimitedTable
    do {
      table = try DelimitedTable(text)
    } catch {
      throw RoutingError(
        .badValue, file: "profiles.csv", line: error.line, error.message, fix: "mend the row")
    }
    var entries: [Entry] = []
    for row in table.rows { entries.append(try entry(row, of: table)) }
    return entries
  }

  private static func entry(
    _ row: [DelimitedText.Field], of table: DelimitedTable
  ) throws(RoutingError) -> Entry {
    func text(_ column: String) -> String { table.field(column, in: row)?.text ?? "" }
    func number(_ column: String) -> Double? { Double(text(column)) }
    let curve = text("curve").split(separator: " ").compactMap { Double($0) }
    let sum = curve.reduce(0, +)
    guard let experts = number("experts").flatMap(Int.init(exactly:)), experts == curve.count,
      let layers = number("layers").flatMap(Int.init(exactly:)), sum > 0
    else {
      throw RoutingError(
        .badValue, file: "profiles.csv", line: row.first?.line,
        "a curve needs a number for each expert",
        fix: "run scripts/derive-profiles")
    }
    var profile = RoutingProfile(
      file: text("id"), format: .loadTable, experts: experts, layers: Array(0..<layers))
    let shares = curve.map { $0 / sum }
    profile.curve = shares
    profile.skew = RoutingProfile.Skew(loads: [shares])
    if let ratio = number("dispersion") {
      profile.dispersion = .init(
        varianceOverMultinomial: ratio, precision: number("precision"))
    }
    if let repeated = number("repeated"), let f1 = number("f1"), let shuffled = number("f1Shuffled")
    {
      profile.locality = .init(
        tokens: 16, f1: f1, f1Shuffled: shuffled, repeated: repeated,
        repeatedByChance: number("repeatedByChance"))
    }
    if let successor = number("successorOverChance") {
      profile.affinity = .init(successorOverChance: successor, layerPairs: layers - 1)
    }
    return Entry(
      id: text("id"), model: text("model"), profile: profile, source: text("source"))
  }
}
