internal import Domain

/// Replays a recorded trace: a load table by draws, a token table token by token.
enum TraceRouting: RoutingKind {
  static let descriptor = ComponentDescriptor(
    "trace", "Replays a recorded routing file.",
    options: [
      OptionDescriptor("file", .path, required: true, "The file, relative to the scenario."),
      OptionDescriptor(
        "format", .choice(RoutingFileFormat.allCases.map(\.rawValue)),
        "What the file holds; recognised from its header where it is left out."),
      OptionDescriptor("workload", .text, "The rows of one workload; all are mixed without it."),
      OptionDescriptor("domain", .text, "The rows of one domain; all are mixed without it."),
      OptionDescriptor(
        "stepsPerWindow", .integer(minimum: 1), default: .integer(1),
        "Steps that each window of a table in time order stands for."),
    ],
    scalarOption: "file")

  static func make(
    _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator {
    guard let path = spec.text("file"), !path.isEmpty else {
      throw RoutingError(
        .badOption, "a trace needs its file", fix: "write 'trace: { file: loads.csv }'")
    }
    let bytes = try FileBytes(path: path, folder: context.folder)
    switch try format(spec, of: bytes) {
    case .loadTable, .windowTable:
      return try loads(LoadTable(bytes), spec, in: context)
    case .tokenTable:
      let table = try TokenTable(bytes, digits: context.model.experts > 256 ? 3 : 2)
      let domain = spec.text("domain") ?? spec.text("workload")
      return try TokenTraceRouting(table, domain: domain, in: context)
    case .transitionTable:
      let table = try TransitionTable(
        bytes, domain: spec.text("domain") ?? spec.text("workload"))
      return try TransitionRouting(table, in: context)
    }
  }

  private static func loads(
    _ table: LoadTable, _ spec: ComponentSpec, in context: RoutingContext
  ) throws(RoutingError) -> any RoutingGenerator {
    let trace = try table.trace(workload: spec.text("workload"), domain: spec.text("domain"))
    var domains: [LoadTrace] = []
    if spec.text("workload") == nil && spec.text("domain") == nil && !table.isWindowed {
      for key in table.keys where table.keyColumn != nil {
        let isWorkload = table.keyColumn == "workload"
        // A domain that cannot stand alone is only part of the mixture.
        let domain = try? table.trace(
          workload: isWorkload ? key : nil, domain: isWorkload ? nil : key)
        if let domain { domains.append(domain) }
      }
    }
    let law = try LoadTraceRouting(
      trace, notes: table.warnings, stepsPerWindow: max(1, spec.integer("stepsPerWindow") ?? 1),
      domains: domains, in: context)
    return DrawnRouting(context: context, law: law)
  }

  private static func format(
    _ spec: ComponentSpec, of bytes: FileBytes
  ) throws(RoutingError) -> RoutingFileFormat {
    guard let name = spec.text("format") else { return try RoutingFileFormat(of: bytes) }
    if let format = RoutingFileFormat(rawValue: name) { return format }
    throw RoutingError(
      .badOption, "there is no trace format '\(name)'",
      fix: "choose one of \(RoutingFileFormat.allCases.map(\.rawValue).joined(separator: ", "))")
  }
}
