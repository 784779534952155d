internal import Diagnostics
public import Domain
internal import Quantities

/// Writes the JSON Schema of scenarios from the same descriptions that the reader follows.
public enum ScenarioSchema {
  /// The schema as text, the same bytes each time, ending in a line feed.
  public static func json(
    routings: [ComponentDescriptor], modifiers: [ComponentDescriptor],
    placements: [ComponentDescriptor], strategies: [ComponentDescriptor],
    networks: [ComponentDescriptor] = ScenarioReader.standardNetworks
  ) -> String {
    let vocabulary = Vocabulary(
      routings: routings, modifiers: modifiers, placements: placements, strategies: strategies,
      networks: networks)
    var root = mapping(ScenarioFields.shape(vocabulary))
    root["$schema"] = .string("https://json-schema.org/draft/2020-12/schema")
    root["title"] = .string("Shunt scenario")
    return JSONValue.object(root).text + "\n"
  }

  private static func mapping(_ shape: MappingShape) -> [String: JSONValue] {
    var schema: [String: JSONValue] = [
      "type": .string("object"), "description": .string(shape.summary),
      "properties": .object(properties(shape.fields)), "additionalProperties": .bool(false),
    ]
    let required = shape.fields.filter(\.isRequired).map { JSONValue.string($0.key) }
    if !required.isEmpty { schema["required"] = .array(required) }
    return schema
  }

  private static func properties(_ fields: [FieldDescription]) -> [String: JSONValue] {
    var properties: [String: JSONValue] = [:]
    for field in fields {
      var schema = schema(field.shape)
      let text = field.defaultText.map { " Default: \($0)." } ?? ""
      schema["description"] = .string(field.summary + text)
      properties[field.key] = .object(schema)
    }
    return properties
  }

  private static func schema(_ shape: Shape) -> [String: JSONValue] {
    switch shape {
    case .any: [:]
    case .text: ["type": .string("string"), "minLength": .integer(1)]
    case .integer(let range): integer(range)
    case .number(let range): number(range.lowerBound, range.upperBound)
    case .quantity(let kind, _): quantity(kind)
    case .flag: ["type": .string("boolean")]
    case .choice(let words): ["enum": .array(words.map(JSONValue.string))]
    case .list(let element): list(element)
    case .mapping(let shape): mapping(shape)
    case .table(let value):
      [
        "type": .string("object"), "minProperties": .integer(1),
        "additionalProperties": .object(schema(value)),
      ]
    case .either(let shapes): ["anyOf": .array(shapes.map { .object(schema($0)) })]
    case .kind(let kinds, let allowsLabel, let extra): kind(kinds, allowsLabel, extra)
    }
  }

  private static func integer(_ range: ClosedRange<Int>) -> [String: JSONValue] {
    var schema: [String: JSONValue] = [
      "type": .string("integer"), "minimum": .integer(range.lowerBound),
    ]
    if range.upperBound < .max { schema["maximum"] = .integer(range.upperBound) }
    return schema
  }

  private static func number(_ minimum: Double, _ maximum: Double) -> [String: JSONValue] {
    var schema: [String: JSONValue] = ["type": .string("number"), "minimum": .number(minimum)]
    if maximum < .greatestFiniteMagnitude { schema["maximum"] = .number(maximum) }
    return schema
  }

  /// Text with a unit; fractions may also be plain numbers.
  private static func quantity(_ kind: QuantityKind) -> [String: JSONValue] {
    let units = kind.units.map(\.name).joined(separator: "|")
    let number = "[+-]?[0-9][0-9_]*(\\.[0-9]+)?(e[+-]?[0-9]+)?"
    let text: [String: JSONValue] = [
      "type": .string("string"), "pattern": .string("^\\s*\(number)\\s*(\(units))\\s*$"),
      "examples": .array([.string(kind.example)]),
    ]
    let bare: [String: JSONValue] =
      kind == .fraction ? ["type": .string("number")] : ["const": .integer(0)]
    return ["anyOf": .array([.object(text), .object(bare)])]
  }

  private static func list(_ element: Shape) -> [String: JSONValue] {
    let items = JSONValue.object(schema(element))
    let list: [String: JSONValue] = [
      "type": .string("array"), "items": items, "minItems": .integer(1),
    ]
    guard case .kind = element else { return list }
    return ["anyOf": .array([.object(list), items])]
  }

  /// A kind as a word, or a mapping of one kind to its options.
  private static func kind(
    _ kinds: [ComponentDescriptor], _ allowsLabel: Bool, _ extra: [FieldDescription]
  ) -> [String: JSONValue] {
    let words = kinds.filter { kind in !kind.options.contains(where: \.isRequired) }.map(\.name)
    var properties = properties(extra)
    if allowsLabel {
      properties["name"] = .object([
        "type": .string("string"), "description": .string("The label in reports."),
        "pattern": .string("^[^/]+$"),
      ])
    }
    for kind in kinds { properties[kind.name] = .object(options(kind, allowsLabel)) }
    let object: [String: JSONValue] = [
      "type": .string("object"), "properties": .object(properties), "minProperties": .integer(1),
      "additionalProperties": .bool(false),
    ]
    return [
      "anyOf": .array([.object(["enum": .array(words.map(JSONValue.string))]), .object(object)])
    ]
  }

  private static func options(
    _ kind: ComponentDescriptor, _ allowsLabel: Bool
  ) -> [String: JSONValue] {
    var shapes = [JSONValue.object(mapping(kind.optionShape(allowsLabel: allowsLabel)))]
    if !kind.options.contains(where: \.isRequired) {
      shapes.append(.object(["type": .string("null")]))
    }
    if let option = kind.options.first(where: { $0.name == kind.scalarOption }) {
      shapes.append(.object(schema(OptionRules.shape(option.type))))
    }
    return ["description": .string(kind.summary), "anyOf": .array(shapes)]
  }
}
