internal import Diagnostics
internal import Yams

/// Tries every value of a sweep in its scenario, so that `shunt check` finds what is wrong with one
/// before hours are spent on the others.
struct SweepTrial {
  let reader: ScenarioReader
  let scenario: Scenario

  /// One error for every value that cannot be used, at its place.
  ///
  /// - Complexity: one reading of the scenario for each value.
  var findings: [Finding] {
    scenario.sweep.flatMap { axis in axis.values.compactMap { fault(of: $0, axis.path) } }
  }

  private func fault(of value: SweepAxis.Value, _ path: String) -> Finding? {
    let reading = reader.read(
      text: scenario.text, file: scenario.file, folder: scenario.folder,
      with: [ScenarioOverride(path, value)])
    guard reading.scenario == nil else { return nil }
    guard let first = reading.findings.first(where: { $0.severity == .error }) else { return nil }
    let message = "\(path) = \(value.text): \(first.message)"
    guard let position = value.position else {
      return Finding(
        .error, first.code, file: scenario.file, message, fixes: first.fixes, help: first.help)
    }
    return SourceText(file: scenario.file, text: scenario.text).finding(
      .error, first.code, at: position, message, fixes: first.fixes, help: first.help)
  }
}

extension YAMLItem {
  /// The document with values replaced and without its own sweep.
  ///
  /// - Throws: ``OverrideFault`` for a path that leads nowhere.
  func applying(_ overrides: [ScenarioOverride]) throws(OverrideFault) -> YAMLItem {
    var root = node
    if case .mapping(let mapping) = root {
      let pairs = mapping.filter { pair in
        if case .scalar(let scalar) = pair.key { scalar.string != "sweep" } else { true }
      }
      root = .mapping(
        Node.Mapping(pairs.map { ($0.key, $0.value) }, mapping.tag, mapping.style, mapping.mark))
    }
    for override in overrides {
      do {
        root = try YAMLOverride.apply(override, to: root)
      } catch {
        let finding = Finding(
          .error, .unknownKey, file: source.file, position: override.value.position,
          error.message(of: override.path))
        throw OverrideFault(finding: finding)
      }
    }
    return YAMLItem(node: root, path: "", source: source)
  }
}

/// A value that has no place in its document.
struct OverrideFault: Error {
  let finding: Finding
}

extension YAMLOverride.Fault {
  fileprivate func message(of path: String) -> String {
    switch self {
    case .noEntry(let key, let list):
      "'\(path)' leads nowhere: '\(list)' has no entry of the kind '\(key)'"
    case .badPath: "'\(path)' is no path of keys, such as workload.tokensPerRank"
    }
  }
}
