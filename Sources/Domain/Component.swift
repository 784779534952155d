/// What an option of a routing, placement, strategy or network kind holds.
public enum OptionType: Hashable, Sendable {
  case integer(minimum: Int)
  case number(minimum: Double, maximum: Double)
  /// A share between 0 and 1; `5 %` and `0.05` are the same.
  case fraction
  case flag
  /// A time with its unit, in seconds.
  case duration
  /// An amount of data with its unit, in bytes.
  case data
  case text
  /// Words in a list; one alone stands for a list of one.
  case texts
  /// A file, relative to the scenario's folder.
  case path
  case choice([String])
}

/// An option as it was given.
public enum OptionValue: Hashable, Sendable, Codable {
  case integer(Int)
  case number(Double)
  case flag(Bool)
  case text(String)
  case texts([String])
}

/// One option that a kind takes in a scenario.
public struct OptionDescriptor: Hashable, Sendable {
  public let name: String
  public let type: OptionType
  /// Used where the scenario is silent; absent for an option that has no value then.
  public let defaultValue: OptionValue?
  /// True where a scenario must give it.
  public let isRequired: Bool
  /// One sentence for the schema and the documentation.
  public let summary: String

  public init(
    _ name: String, _ type: OptionType, default defaultValue: OptionValue? = nil,
    required: Bool = false, _ summary: String
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.isRequired = required
    self.summary = summary
  }
}

/// A routing, placement, strategy or network kind that scenarios can name.
///
/// The reader of scenarios, the JSON Schema and `shunt explain` learn everything about a kind from
/// its descriptor, so that adding one needs no edit there.
public struct ComponentDescriptor: Hashable, Sendable {
  public let name: String
  public let summary: String
  public let options: [OptionDescriptor]
  /// The option that a plain value sets, as in `file: placement.json`.
  public let scalarOption: String?

  public init(
    _ name: String, _ summary: String, options: [OptionDescriptor] = [],
    scalarOption: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    self.scalarOption = scalarOption
  }
}

/// A kind as a scenario chose it: its name, the label of its column, and its options.
public struct ComponentSpec: Hashable, Sendable {
  /// The kind's name, such as `llep`.
  public var kind: String
  /// What reports call it; the kind's name unless the scenario gave `name:`.
  public var label: String
  /// Options given by the scenario and, where it was silent, their defaults.
  public var options: [String: OptionValue]

  public init(kind: String, label: String? = nil, options: [String: OptionValue] = [:]) {
    self.kind = kind
    self.label = label ?? kind
    self.options = options
  }

  /// The choice of `descriptor` with every default filled in.
  public init(_ descriptor: ComponentDescriptor, options given: [String: OptionValue] = [:]) {
    var options = given
    for option in descriptor.options where options[option.name] == nil {
      options[option.name] = option.defaultValue
    }
    self.init(kind: descriptor.name, options: options)
  }

  /// The whole number of an option, if it has one.
  public func integer(_ name: String) -> Int? {
    switch options[name] {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number of an option, if it has one.
  public func number(_ name: String) -> Double? {
    switch options[name] {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The flag of an option; false where it is absent.
  public func flag(_ name: String, else absent: Bool = false) -> Bool {
    if case .flag(let value) = options[name] { value } else { absent }
  }

  /// The text of an option, if it has one.
  public func text(_ name: String) -> String? {
    if case .text(let value) = options[name] { value } else { nil }
  }

  /// The words of an option; none where it is absent.
  public func texts(_ name: String) -> [String] {
    if case .texts(let values) = options[name] { values } else { [] }
  }
}
