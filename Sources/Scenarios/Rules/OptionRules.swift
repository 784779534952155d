internal import Diagnostics
internal import Domain
private import Foundation
internal import Quantities

/// Reads one option of a kind as its type says.
enum OptionRules {
  static func value(_ item: YAMLItem, _ type: OptionType, _ reading: Reading) -> OptionValue? {
    switch type {
    case .integer(let minimum):
      reading.integer(item, minimum...Int.max).map { .integer($0) }
    case .number(let minimum, let maximum):
      reading.number(item, bounded(minimum, maximum)).map { .number($0) }
    case .fraction: reading.quantity(item, .fraction, 0...1).map { .number($0) }
    case .flag: reading.flag(item).map { .flag($0) }
    case .duration:
      reading.quantity(item, .time, 0...Double.greatestFiniteMagnitude).map { .number($0) }
    case .data:
      reading.quantity(item, .data, 0...Double.greatestFiniteMagnitude).map { .number($0) }
    case .text: reading.text(item).map { .text($0) }
    case .texts: texts(item, reading).map { .texts($0) }
    case .path: path(item, reading).map { .text($0) }
    case .choice(let words): reading.choice(item, words).map { .text($0) }
    }
  }

  /// An option's value as the list of assumptions shows it.
  static func text(_ value: OptionValue, _ type: OptionType) -> String {
    switch (value, type) {
    case (.number(let number), .duration): ValueText.quantity(number, .time)
    case (.number(let number), .data): ValueText.quantity(number, .data)
    case (.number(let number), .fraction): ValueText.quantity(number, .fraction)
    case (.integer(let number), _): "\(number)"
    case (.number(let number), _): ValueText.number(number)
    case (.flag(let flag), _): "\(flag)"
    case (.text(let text), _): text
    case (.texts(let texts), _): texts.joined(separator: ", ")
    }
  }

  /// What a value of `type` looks like.
  static func shape(_ type: OptionType) -> Shape {
    switch type {
    case .integer(let minimum): .integer(minimum...Int.max)
    case .number(let minimum, let maximum): .number(bounded(minimum, maximum))
    case .fraction: .quantity(.fraction, 0...1)
    case .flag: .flag
    case .duration: .quantity(.time, 0...Double.greatestFiniteMagnitude)
    case .data: .quantity(.data, 0...Double.greatestFiniteMagnitude)
    case .text, .path: .text
    case .texts: .either([.list(.text), .text])
    case .choice(let words): .choice(words)
    }
  }

  /// A list of words; nil where one of them cannot be read.
  private static func texts(_ item: YAMLItem, _ reading: Reading) -> [String]? {
    reading.note(item)
    let entries = item.entries
    guard !entries.isEmpty else { return reading.missingValue(item) }
    let texts = entries.compactMap { reading.text($0) }
    return texts.count == entries.count ? texts : nil
  }

  /// A range that never traps, whatever a descriptor says.
  private static func bounded(_ minimum: Double, _ maximum: Double) -> ClosedRange<Double> {
    let upper = min(maximum, .greatestFiniteMagnitude)
    return min(minimum, upper)...upper
  }

  /// A file that exists, as the scenario wrote it.
  private static func path(_ item: YAMLItem, _ reading: Reading) -> String? {
    guard let text = reading.text(item) else { return nil }
    guard reading.checksFiles else { return text }
    let full = ScenarioPath.resolve(text, in: reading.folder)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) else {
      reading.error(
        .missingFile, at: item, "there is no file '\(text)'",
        help: ["relative paths start at the scenario's folder; looked for '\(full)'"])
      return nil
    }
    guard !isFolder.boolValue, FileManager.default.isReadableFile(atPath: full) else {
      reading.error(.unreadableFile, at: item, "'\(text)' cannot be read as a file")
      return nil
    }
    return text
  }
}

extension OptionDescriptor {
  /// The option as a key of a mapping.
  var field: FieldDescription {
    FieldDescription(
      key: name, shape: OptionRules.shape(type), isRequired: isRequired,
      defaultText: defaultValue.map { OptionRules.text($0, type) }, summary: summary)
  }
}
