public import Catalog
public import Diagnostics
public import Domain

/// What reading a file gave: a value where it could be used, and everything that was found.
public struct ScenarioReading: Sendable {
  /// Absent where a finding is an error.
  public let scenario: Scenario?
  /// All findings in reading order, warnings included.
  public let findings: [Finding]
}

/// Turns a scenario file into a ``Scenario``, or into findings that say why not.
///
/// Kinds of routing, placement and strategy are whatever the descriptors say; a new kind needs no
/// edit here.
public struct ScenarioReader: Sendable {
  let vocabulary: Vocabulary
  let catalog: Catalog
  /// Whether files that a scenario names must exist.
  public var checksFiles = true

  public init(
    routings: [ComponentDescriptor], modifiers: [ComponentDescriptor],
    placements: [ComponentDescriptor], strategies: [ComponentDescriptor],
    networks: [ComponentDescriptor] = ScenarioReader.standardNetworks,
    catalog: Catalog = .standard
  ) {
    vocabulary = Vocabulary(
      routings: routings, modifiers: modifiers, placements: placements, strategies: strategies,
      networks: networks)
    self.catalog = catalog
  }

  /// The two fidelities of the network.
  public static let standardNetworks: [ComponentDescriptor] = [
    ComponentDescriptor(
      "fluid", "Max-min fair sharing over the links of each flow's path.",
      options: [
        OptionDescriptor(
          "tolerance", .fraction, default: .number(0),
          "Error that is allowed for speed; 0 is exact.")
      ], scalarOption: "tolerance"),
    ComponentDescriptor("analytic", "The busiest link's time plus latency."),
  ]

  /// Reads the file at `path`; never traps, whatever the file holds.
  public func read(file path: String) -> ScenarioReading {
    switch ScenarioFile.read(path) {
    case .failure(let fault):
      let finding = Finding(.error, fault.code, file: path, fault.message)
      return ScenarioReading(scenario: nil, findings: [finding])
    case .success(let text):
      return read(text: text, file: path, folder: ScenarioPath.folder(of: path))
    }
  }

  /// Reads a scenario from text; `file` is what findings call it, `folder` where paths start.
  ///
  /// Where the text has a `sweep`, every value of it is tried in its place, one at a time, and what is
  /// wrong with it is among the findings.
  public func read(text: String, file: String, folder: String = "") -> ScenarioReading {
    let base = read(text: text, file: file, folder: folder, with: [])
    guard let scenario = base.scenario, !scenario.sweep.isEmpty else { return base }
    let trial = SweepTrial(reader: self, scenario: scenario)
    let findings = base.findings + trial.findings
    return ScenarioReading(
      scenario: trial.findings.containsErrors ? nil : scenario, findings: findings)
  }

  /// Reads a scenario from text with `overrides` in the place of what it says; its `sweep` is left out
  /// then.
  public func read(
    text: String, file: String, folder: String = "", with overrides: [ScenarioOverride]
  ) -> ScenarioReading {
    let source = SourceText(file: file, text: text)
    var (root, findings) = YAMLDocument.load(source)
    if let document = root, !overrides.isEmpty {
      do {
        root = try document.applying(overrides)
      } catch {
        findings.append(error.finding)
        return ScenarioReading(scenario: nil, findings: findings)
      }
    }
    let reading = Reading(
      catalog: catalog, vocabulary: vocabulary, folder: folder, checksFiles: checksFiles)
    for finding in findings { reading.add(finding) }
    guard let root, let reader = MappingReader(root, ScenarioFields.shape(vocabulary), reading)
    else { return ScenarioReading(scenario: nil, findings: reading.findings.inReadingOrder()) }
    let draft = draft(reader, reading, file: file, folder: folder, text: text)
    let all = reading.findings.inReadingOrder()
    guard var scenario = draft, !all.containsErrors else {
      return ScenarioReading(scenario: nil, findings: Self.nonEmpty(all, file))
    }
    scenario.warnings = all
    scenario.assumptions = reading.assumptions
    return ScenarioReading(scenario: scenario, findings: all)
  }

  private func draft(
    _ reader: MappingReader, _ reading: Reading, file: String, folder: String, text: String
  ) -> Scenario? {
    let name = reader.given(ScenarioFields.name)
    let cluster = reader.raw(ScenarioFields.cluster).flatMap {
      ClusterRules(reading: reading).read($0)
    }
    let model = reader.raw(ScenarioFields.model).flatMap { ModelRules(reading: reading).read($0) }
    let mayGrow =
      reader.raw(ScenarioFields.workload)?.has(WorkloadFields.steps.key) == false
      && reader.raw("simulation")?.has(SettingsFields.precision.key) != true
    let workload = reader.raw(ScenarioFields.workload).flatMap {
      WorkloadRules(reading: reading).read($0, mayGrow: mayGrow)
    }
    // Where a key of the cluster was misspelt, the number of ranks may be a default not meant.
    let ranks = reading.isMisspelt("cluster") ? nil : cluster.flatMap(Self.ranks)
    let parallelism = ParallelismRules(reading: reading).read(
      reader.raw(ScenarioFields.parallelism), in: reader, ranks: ranks)
    let routing = RoutingRules(reading: reading).read(reader.raw("routing"), in: reader)
    let placements = list(reader, "placements", vocabulary.placements, "placement", "contiguous")
    let strategies = list(reader, "strategies", vocabulary.strategies, "strategy", "ep")
    let settings = SettingsRules(reading: reading)
    var simulation = settings.simulation(reader.raw("simulation"), in: reader)
    if mayGrow { simulation?.meanPrecision = SimulationSettings.standardMeanPrecision }
    let memory = settings.memory(reader.raw(ScenarioFields.memory), in: reader)
    let sweep = SweepRules(reading: reading).read(reader.raw(ScenarioFields.sweep))
    let expectations = ExpectationRules(reading: reading).read(reader.raw(ScenarioFields.expect))
    let parts = ScenarioParts(
      cluster: cluster, model: model, workload: workload, parallelism: parallelism)
    for check in WholeScenarioRules.all { check(parts, reading) }
    guard let cluster, let model, let workload, let parallelism, let routing, let simulation,
      let memory, !placements.isEmpty, !strategies.isEmpty
    else { return nil }
    return Scenario(
      name: name ?? ScenarioPath.stem(of: file), cluster: cluster, model: model,
      workload: workload, parallelism: parallelism, routing: routing.routing,
      modifiers: routing.modifiers, placements: placements, strategies: strategies,
      simulation: simulation, memory: memory, expectations: expectations,
      sweep: sweep, assumptions: [],
      warnings: [], file: file, folder: folder, text: text)
  }

  private func list(
    _ reader: MappingReader, _ key: String, _ kinds: [ComponentDescriptor], _ role: String,
    _ fallback: String
  ) -> [ComponentSpec] {
    let rules = ComponentRules(kinds: kinds, role: role, reading: reader.reading)
    if let item = reader.raw(key) { return rules.list(item) }
    return rules.byDefault(fallback, path: reader.path(key)).map { [$0] } ?? []
  }

  /// The number of ranks, where it can be held.
  private static func ranks(_ cluster: Cluster) -> Int? {
    let (ranks, overflow) = cluster.nodes.multipliedReportingOverflow(
      by: cluster.acceleratorsPerNode)
    return overflow ? nil : ranks
  }

  /// At least one error where there is no scenario.
  private static func nonEmpty(_ findings: [Finding], _ file: String) -> [Finding] {
    if findings.containsErrors { return findings }
    return findings + [
      Finding(.error, .missingKey, file: file, "the scenario is not complete")
    ]
  }
}
