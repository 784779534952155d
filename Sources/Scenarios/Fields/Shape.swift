internal import Domain
internal import Quantities

/// What a value of a scenario may look like; the reader and the JSON Schema both follow it.
indirect enum Shape: Sendable {
  /// Anything; used for what other tools leave in a file.
  case any
  case text
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// A number with its unit, in the kind's base unit.
  case quantity(QuantityKind, ClosedRange<Double>)
  case flag
  case choice([String])
  case list(Shape)
  case mapping(MappingShape)
  /// A mapping whose keys are free.
  case table(Shape)
  case either([Shape])
  /// A kind of routing, placement, strategy or network, as a word or with its options.
  case kind([ComponentDescriptor], allowsLabel: Bool, extra: [FieldDescription])
}

/// A mapping with a fixed set of keys.
struct MappingShape: Sendable {
  let summary: String
  let fields: [FieldDescription]

  init(_ summary: String, _ fields: [FieldDescription]) {
    self.summary = summary
    self.fields = fields
  }

  var keys: [String] { fields.map(\.key) }
}

/// One key of a mapping.
struct FieldDescription: Sendable {
  let key: String
  let shape: Shape
  let isRequired: Bool
  /// The default as the schema shows it; nil where there is none or it depends on other values.
  let defaultText: String?
  /// One sentence for the schema.
  let summary: String
}

/// A key whose value has a Swift type: what it looks like, its default, and how it is written.
struct Field<Value: Sendable>: Sendable {
  let description: FieldDescription
  let defaultValue: Value?
  /// Reads a value; nil after reporting why it cannot be used.
  let read: @Sendable (YAMLItem, Reading) -> Value?
  /// Writes a value for the list of assumptions.
  let write: @Sendable (Value) -> String

  var key: String { description.key }

  init(
    _ key: String, _ shape: Shape, default defaultValue: Value?, required: Bool, _ summary: String,
    read: @escaping @Sendable (YAMLItem, Reading) -> Value?,
    write: @escaping @Sendable (Value) -> String
  ) {
    description = FieldDescription(
      key: key, shape: shape, isRequired: required, defaultText: defaultValue.map(write),
      summary: summary)
    self.defaultValue = defaultValue
    self.read = read
    self.write = write
  }
}

extension Field where Value == Int {
  /// A whole number.
  static func integer(
    _ key: String, _ range: ClosedRange<Int>, default value: Int? = nil, required: Bool = false,
    _ summary: String
  ) -> Field {
    Field(
      key, .integer(range), default: value, required: required, summary,
      read: { $1.integer($0, range) }, write: { "\($0)" })
  }
}

extension Field where Value == Double {
  /// A plain number.
  static func number(
    _ key: String, _ range: ClosedRange<Double>, default value: Double? = nil, _ summary: String
  ) -> Field {
    Field(
      key, .number(range), default: value, required: false, summary,
      read: { $1.number($0, range) }, write: { ValueText.number($0) })
  }

  /// A number with its unit.
  static func quantity(
    _ key: String, _ kind: QuantityKind, _ range: ClosedRange<Double>, default value: Double? = nil,
    required: Bool = false, _ summary: String
  ) -> Field {
    Field(
      key, .quantity(kind, range), default: value, required: required, summary,
      read: { $1.quantity($0, kind, range) }, write: { ValueText.quantity($0, kind) })
  }
}

extension Field where Value == Bool {
  static func flag(_ key: String, default value: Bool? = nil, _ summary: String) -> Field {
    Field(
      key, .flag, default: value, required: false, summary, read: { $1.flag($0) },
      write: { "\($0)" })
  }
}

extension Field where Value == String {
  static func text(_ key: String, _ summary: String) -> Field {
    Field(
      key, .text, default: nil, required: false, summary, read: { $1.text($0) }, write: { $0 })
  }
}

extension Field where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of a fixed set of words.
  static func choice(
    _ key: String, default value: Value? = nil, required: Bool = false, _ summary: String
  ) -> Field {
    let words = Value.allCases.map(\.rawValue)
    return Field(
      key, .choice(words), default: value, required: required, summary,
      read: { item, reading in reading.choice(item, words).flatMap { Value(rawValue: $0) } },
      write: { $0.rawValue })
  }
}

/// A key whose value is read by a rule of its own.
struct Section: Sendable {
  let description: FieldDescription

  var key: String { description.key }

  init(
    _ key: String, _ shape: Shape, required: Bool = false, default text: String? = nil,
    _ summary: String
  ) {
    description = FieldDescription(
      key: key, shape: shape, isRequired: required, defaultText: text, summary: summary)
  }
}
