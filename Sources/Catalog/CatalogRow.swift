internal import Domain
internal import Quantities

/// A row of a catalogue table with typed access to its cells.
struct CatalogRow {
  let name: String
  let table: DelimitedTable
  let fields: [DelimitedText.Field]

  func fault(_ message: String) -> CatalogFault {
    CatalogFault(table: name, line: fields.first?.line ?? 0, message: message)
  }

  func text(_ column: String) throws(CatalogFault) -> String {
    guard let field = table.field(column, in: fields) else {
      throw fault("the table has no column '\(column)'")
    }
    return field.text
  }

  /// The number in a cell; nil where it is empty.
  func number(_ column: String) throws(CatalogFault) -> Double? {
    let text = try text(column)
    if text.isEmpty { return nil }
    guard let value = Double(text), value.isFinite, value >= 0 else {
      throw fault("'\(text)' in column '\(column)' is not a number")
    }
    return value
  }

  func integer(_ column: String, default fallback: Int? = nil) throws(CatalogFault) -> Int {
    let text = try text(column)
    if text.isEmpty, let fallback { return fallback }
    guard let value = Int(text), value >= 0 else {
      throw fault("'\(text)' in column '\(column)' is not a whole number")
    }
    return value
  }

  func word<Word: RawRepresentable<String>>(
    _ column: String, _ type: Word.Type
  ) throws(CatalogFault) -> Word {
    let text = try text(column)
    guard let value = Word(rawValue: text) else {
      throw fault("'\(text)' in column '\(column)' is not known")
    }
    return value
  }

  func confidence() throws(CatalogFault) -> Confidence { try word("confidence", Confidence.self) }

  /// The words of a cell, divided by semicolons.
  func list(_ column: String) throws(CatalogFault) -> [String] {
    try text(column).split(separator: ";").map(String.init)
  }

  func profile(
    _ bandwidth: String, _ latency: String
  ) throws(CatalogFault) -> LinkProfile {
    guard let gigabytes = try number(bandwidth), let microseconds = try number(latency) else {
      throw fault("a link needs its bandwidth and latency")
    }
    return LinkProfile(
      bandwidth: Bandwidth(gigabytesPerSecond: gigabytes), latencySeconds: microseconds * 1e-6)
  }
}
