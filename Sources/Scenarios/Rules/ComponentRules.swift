internal import Diagnostics
internal import Domain

/// Reads kinds of routing, placement, strategy and network with their options, as their
/// descriptors say.
struct ComponentRules {
  let kinds: [ComponentDescriptor]
  /// What one of the kinds is called in messages, such as `strategy`.
  let role: String
  let reading: Reading

  private struct Member {
    let key: String
    let position: SourcePosition?
    let value: YAMLItem
  }

  /// A list of kinds, or one alone; labels are unique.
  func list(_ item: YAMLItem) -> [ComponentSpec] {
    reading.note(item)
    if item.isNull || item.entries.isEmpty {
      let _: Never? = reading.missingValue(item)
      return []
    }
    guard item.entries.count <= 1000 else {
      reading.error(.outOfRange, at: item, "'\(item.name)' has more than 1000 entries")
      return []
    }
    var labels: Set<String> = []
    var specs: [ComponentSpec] = []
    for entry in item.entries {
      guard let spec = one(entry, below: item.path, allowsLabel: true) else { continue }
      if labels.insert(spec.label).inserted {
        specs.append(spec)
      } else {
        reading.error(
          .duplicateLabel, at: entry, "two entries of '\(item.name)' are called '\(spec.label)'",
          fixes: ["give one of them a 'name:' of its own"],
          help: ["give one of them a 'name:' of its own"])
      }
    }
    return specs
  }

  /// One kind as a word or a mapping; `extra` keys may stand beside it.
  func one(
    _ item: YAMLItem, below path: String, allowsLabel: Bool = false, extra: [String] = []
  ) -> ComponentSpec? {
    reading.note(item)
    if let members = item.members {
      return mapping(item, members, below: path, allowsLabel: allowsLabel, extra: extra)
    }
    guard case .some = item.scalar else {
      return reading.wrongType(item, "the name of a \(role), alone or with options")
    }
    guard let word = reading.text(item), let kind = descriptor(word, at: item.position, item)
    else { return nil }
    return finish(kind, label: nil, given: [:], item, below: path)
  }

  /// The default kind, where it exists, with all its defaults.
  func byDefault(_ name: String, path: String) -> ComponentSpec? {
    guard let kind = kinds.first(where: { $0.name == name }) else { return nil }
    reading.assume(path, name, .default, "default")
    return ComponentSpec(kind)
  }

  private func mapping(
    _ item: YAMLItem, _ members: [(key: String?, keyPosition: SourcePosition?, value: YAMLItem)],
    below path: String, allowsLabel: Bool, extra: [String]
  ) -> ComponentSpec? {
    var label: String?
    var chosen: [Member] = []
    for member in members {
      guard let key = member.key else {
        let _: Never? = reading.wrongType(item, "words as keys")
        continue
      }
      if key.contains(YAMLDocument.duplicateMark) || extra.contains(key) { continue }
      if allowsLabel, key == "name" {
        label = self.label(member.value)
        continue
      }
      chosen.append(Member(key: key, position: member.keyPosition, value: member.value))
    }
    guard let first = chosen.first else {
      reading.error(
        .missingKey, at: item, "an entry of '\(item.name)' names no \(role)",
        help: ["a \(role) is one of \(names)"])
      return nil
    }
    guard let kind = descriptor(first.key, at: first.position, item) else { return nil }
    if chosen.count > 1 { reportSecond(chosen[1], kind, item) }
    if allowsLabel, label == nil, let inner = innerLabel(kind, first.value) {
      label = self.label(inner)
    }
    let below = "\(path).\(label ?? kind.name)"
    guard let options = options(of: kind, first.value, below, allowsLabel: allowsLabel) else {
      return nil
    }
    return finish(kind, label: label, given: options, first.value, below: path)
  }

  /// The label where it stands among the options: 'ep: { name: … }' means the same as beside them.
  private func innerLabel(_ kind: ComponentDescriptor, _ options: YAMLItem) -> YAMLItem? {
    guard kind.takesLabel else { return nil }
    return options.members?.first { $0.key == ComponentDescriptor.label.key }?.value
  }

  private func reportSecond(_ second: Member, _ kind: ComponentDescriptor, _ item: YAMLItem) {
    let isOption = kind.options.contains { $0.name == second.key }
    let help =
      isOption
      ? "options stand below the kind: '\(kind.name): { \(second.key): … }'"
      : "give each \(role) an entry of its own"
    reading.add(
      item.source.finding(
        .error, .conflictingKeys, at: second.position,
        "'\(second.key)' stands beside '\(kind.name)' in one entry", help: [help]))
  }

  private func label(_ item: YAMLItem) -> String? {
    guard let text = reading.text(item) else { return nil }
    let isUsable =
      !text.contains("/") && text.count <= 100
      && !text.unicodeScalars.contains { $0.value < 0x20 }
    guard isUsable, text.contains(where: { !$0.isWhitespace }) else {
      reading.error(
        .badLabel, at: item, "a label must be text of one line without '/', not \(item.description)"
      )
      return nil
    }
    return text
  }

  private var names: String { kinds.map(\.name).joined(separator: ", ") }

  private func descriptor(
    _ name: String, at position: SourcePosition?, _ item: YAMLItem
  ) -> ComponentDescriptor? {
    if let kind = kinds.first(where: { $0.name == name }) { return kind }
    let nearest = Spelling.nearest(to: name, in: kinds.map(\.name))
    reading.add(
      item.source.finding(
        .error, .unknownChoice, at: position,
        "there is no \(role) '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
        fixes: nearest.map { ["write '\($0)' instead of '\(name)'"] } ?? [],
        help: ["a \(role) is one of \(names)"]))
    return nil
  }

  /// The options of a kind as given; nil where their mapping cannot be read at all.
  private func options(
    of kind: ComponentDescriptor, _ item: YAMLItem, _ path: String, allowsLabel: Bool
  ) -> [String: OptionValue]? {
    if item.isNull { return [:] }
    guard item.members != nil else { return scalar(kind, item, path) }
    let moved = item.moved(to: path)
    let shape = kind.optionShape(allowsLabel: allowsLabel)
    guard let reader = MappingReader(moved, shape, reading) else { return nil }
    var options: [String: OptionValue] = [:]
    for option in kind.options {
      guard let given = reader.raw(option.name) else { continue }
      guard let value = OptionRules.value(given, option.type, reading) else { continue }
      options[option.name] = value
      reading.assumeGiven(given, OptionRules.text(value, option.type))
    }
    return options
  }

  private func scalar(
    _ kind: ComponentDescriptor, _ item: YAMLItem, _ path: String
  ) -> [String: OptionValue]? {
    guard let name = kind.scalarOption, let option = kind.options.first(where: { $0.name == name })
    else {
      let wanted = kind.options.isEmpty ? "no options" : "its options as a mapping"
      return reading.wrongType(item, wanted)
    }
    let moved = item.moved(to: "\(path).\(name)")
    guard let value = OptionRules.value(moved, option.type, reading) else { return nil }
    reading.assumeGiven(moved, OptionRules.text(value, option.type))
    return [name: value]
  }

  /// Fills in defaults; an option that must be given and is not is a finding.
  private func finish(
    _ kind: ComponentDescriptor, label: String?, given: [String: OptionValue], _ item: YAMLItem,
    below path: String
  ) -> ComponentSpec? {
    var spec = ComponentSpec(kind, options: given)
    spec.label = label ?? kind.name
    for option in kind.options where given[option.name] == nil {
      if let value = option.defaultValue {
        let text = OptionRules.text(value, option.type)
        reading.assume("\(path).\(spec.label).\(option.name)", text, .default, "default")
      } else if option.isRequired, item.members == nil {
        // A mapping has reported its missing keys itself.
        reading.error(
          .missingKey, at: item, "'\(kind.name)' needs the key '\(option.name)'",
          fixes: ["write '\(kind.name): { \(option.name): … }'"],
          help: ["\(option.name): \(option.summary)"])
      }
    }
    return spec
  }
}

extension ComponentDescriptor {
  /// The label of an entry, as a key among the options of its kind.
  static let label = Field.text("name", "The label in reports.").description

  /// Whether 'name' among the options is the entry's label; a kind may have such an option itself.
  var takesLabel: Bool { !options.contains { $0.name == Self.label.key } }

  /// The mapping of the kind's options, with the label among them where an entry may carry one.
  func optionShape(allowsLabel: Bool) -> MappingShape {
    let fields = options.map(\.field)
    return MappingShape(summary, allowsLabel && takesLabel ? fields + [Self.label] : fields)
  }
}
