import ArgumentParser
import Foundation
import Workbench

extension CalibrateCommand {
  struct StepsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "steps",
      abstract: "Predict whole steps of published runs: serving, training, recorded timelines.",
      discussion: """
        An engine's own constants are fitted on some configurations and judged on the others.

        Examples:
          shunt calibrate steps silicon_moe_aggregated.csv
          shunt calibrate steps moe_pretraining_throughput.csv --output training.md
          shunt calibrate steps h800_ep64_train_trace_kernels.csv
        """)

    @Argument(help: "Tables of runs (CSV).", completion: .file(extensions: ["csv"]))
    var tables: [String]

    @Option(help: "Constants that 'fit' wrote; the shipped ones without.")
    var costs: String?

    @Option(name: [.short, .long], help: "Write the Markdown page there.", completion: .file())
    var output: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let console = common.console
      try OutputFile.check(output, inputs: tables, console: console)
      try console.reporting {
        let study = try StepStudy(
          tables: tables, parameters: CalibrationStudy.parameters(file: costs))
        let page = try study.markdown()
        if let output {
          try OutputFile.write(page, to: output, console: console)
          console.print("steps: \(output)")
        } else {
          console.print(page)
        }
      }
    }
  }
}
