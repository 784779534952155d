import ArgumentParser

@main
struct Shunt: ParsableCommand {
  /// The version in results and `--version`.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "shunt",
    abstract: "Simulate and plan expert placement for mixture-of-experts models on a cluster.",
    discussion: """
      Examples:
        shunt init skewed && shunt compare skewed.yaml --output skewed.html
        shunt check scenarios/*.yaml

      Exit codes: 0 done, 1 the run failed, 10 a threshold of 'expect' was not met, 11 no feasible
      placement, 12 time limit without a solution, 64 wrong usage, 65 wrong content of an input
      file, 66 an input file missing or unreadable, 69 something missing on this machine, 70 a fault
      of ours, 73 output cannot be written, 130 interrupted.
      """,
    version: version,
    subcommands: [
      InitCommand.self, CheckCommand.self, SimulateCommand.self, CompareCommand.self,
      SweepCommand.self, ExecuteCommand.self, PlanCommand.self, ScoreCommand.self,
      TrafficCommand.self, ProfileCommand.self,
      CalibrateCommand.self, ReportCommand.self, DiffCommand.self,
      ImportCommand.self, ExportCommand.self,
      CatalogCommand.self, SchemaCommand.self, ExplainCommand.self, DoctorCommand.self,
    ])
}
