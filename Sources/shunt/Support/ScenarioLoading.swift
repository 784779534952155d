import ArgumentParser
import Diagnostics
import Scenarios
import Workbench

extension Console {
  /// Reads a scenario, shows what was found and stops where it cannot be used.
  func load(_ path: String, seed: UInt64? = nil) throws -> Scenario {
    try use(ScenarioVocabulary.reader.read(file: path), seed: seed)
  }

  /// The scenario of `reading`; its findings are shown, and without a scenario that is the end.
  func use(_ reading: ScenarioReading, seed: UInt64?) throws -> Scenario {
    let relevant = reading.findings.filter { $0.severity == .error || !quiet }
    show(relevant)
    guard var scenario = reading.scenario else { throw ExitCode(reading.findings.exitStatus) }
    if let seed { scenario.simulation.seed = seed }
    return scenario
  }
}
