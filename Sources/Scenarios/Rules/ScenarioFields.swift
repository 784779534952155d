internal import Domain

/// The keys of a whole scenario.
enum ScenarioFields {
  static func shape(_ vocabulary: Vocabulary) -> MappingShape {
    MappingShape(
      "A scenario: a machine, a model, a workload, routed tokens, and what to compare.",
      [
        name.description, cluster.description, model.description, workload.description,
        parallelism.description, routing(vocabulary).description,
        placements(vocabulary).description, strategies(vocabulary).description,
        simulation(vocabulary).description, memory.description, expect.description,
        sweep.description,
      ])
  }

  static let name = Field.text("name", "What reports call the scenario; the file's name if absent.")
  static let cluster = Section(
    "cluster", .mapping(ClusterFields.shape), required: true, "The machine.")
  static let model = Section(
    "model", .either([.text, .mapping(ModelFields.shape)]), required: true, "The model.")
  static let workload = Section(
    "workload", .mapping(WorkloadFields.shape), required: true, "What every rank has to do.")
  static let parallelism = Section(
    "parallelism", .mapping(WorkloadFields.parallelismShape), "How the ranks share the model.")

  static func routing(_ vocabulary: Vocabulary) -> Section {
    let modifiers = FieldDescription(
      key: RoutingRules.modifiers,
      shape: .list(.kind(vocabulary.modifiers, allowsLabel: true, extra: [])), isRequired: false,
      defaultText: nil, summary: "What changes the routing on its way.")
    return Section(
      "routing", .kind(vocabulary.routings, allowsLabel: false, extra: [modifiers]),
      default: "uniform", "Where routed tokens come from.")
  }

  static func placements(_ vocabulary: Vocabulary) -> Section {
    Section(
      "placements", .list(.kind(vocabulary.placements, allowsLabel: true, extra: [])),
      default: "[contiguous]", "Where experts' weights live.")
  }

  static func strategies(_ vocabulary: Vocabulary) -> Section {
    Section(
      "strategies", .list(.kind(vocabulary.strategies, allowsLabel: true, extra: [])),
      default: "[ep]", "How a step is carried out.")
  }

  static func simulation(_ vocabulary: Vocabulary) -> Section {
    Section(
      "simulation", .mapping(SettingsFields.simulation(vocabulary.networks)),
      "How the simulation runs.")
  }

  static let memory = Section(
    "memory", .mapping(SettingsFields.memory), "What counts against a rank's memory.")
  static let expect = Section(
    "expect", .mapping(ExpectationRules.shape), "Thresholds that decide whether a run passes.")
  static let sweep = Section(
    "sweep", .table(.either([.list(.any), .mapping(SweepRules.range)])),
    "What 'shunt sweep' varies: keys such as workload.tokensPerRank, each with its values.")
}
