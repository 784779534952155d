import ArgumentParser
import Calibration
import Foundation
import Reports
import Workbench

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit cost-model constants to measured tables, and check predictions against them.",
    discussion: """
      Examples:
        shunt calibrate check moe_gemm_h100.csv
        shunt calibrate fit mine.csv --output costs.json
        shunt calibrate measure --output machine.json
      """,
    subcommands: [
      FitCommand.self, CheckTablesCommand.self, StepsCommand.self, MeasureCommand.self,
      EfficiencyCommand.self,
    ])

  struct FitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fit",
      abstract: "Fit constants to part of the rows and judge them on the rest.",
      discussion: """
        Examples:
          shunt calibrate fit gemm_h100.csv --output costs.json
          shunt calibrate fit moe_gemm_*.csv nccl_intranode.csv --output costs.json
        """)

    @Argument(help: "Measured tables (CSV).", completion: .file(extensions: ["csv"]))
    var tables: [String]

    @Option(name: [.short, .long], help: "Write the constants there.", completion: .file())
    var output: String

    @Option(help: "Data sheets (CSV) of accelerators that the catalogue lacks.")
    var accelerators: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let console = common.console
      try OutputFile.check(output, inputs: tables, console: console)
      try console.reporting {
        let study = try CalibrationStudy(tables: tables, accelerators: accelerators)
        let outcome = study.fit()
        try OutputFile.write(
          CostFile.json(outcome.parameters), to: output, console: console)
        console.print(outcome.text)
        console.print(study.check(outcome.parameters).text)
        console.print("costs: \(output)   next: shunt calibrate check TABLE --costs \(output)")
      }
    }
  }

  struct CheckTablesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Report the error of predictions per table and group.",
      discussion: """
        Examples:
          shunt calibrate check deepep_normal.csv
          shunt calibrate check mine.csv --costs costs.json --format json
        shunt calibrate check mine.csv --accelerators sheets.csv --output residuals.html
        """)

    @Argument(help: "Measured tables (CSV).", completion: .file(extensions: ["csv"]))
    var tables: [String]

    @Option(help: "Constants that 'fit' wrote; the shipped ones without.")
    var costs: String?

    @Option(help: "Write the tables again with a predicted_ column for each measured one.")
    var predictions: String?

    @Option(name: [.short, .long], help: "Write residual plots there (HTML).", completion: .file())
    var output: String?

    @Option(help: "Data sheets (CSV) of accelerators that the catalogue lacks.")
    var accelerators: String?

    @Option(help: "text or json.")
    var format = CheckCommand.Format.text

    @OptionGroup var common: CommonOptions

    func run() throws {
      let console = common.console
      try OutputFile.check(predictions, inputs: tables, console: console)
      try OutputFile.check(output, inputs: tables, console: console)
      try console.reporting {
        let study = try CalibrationStudy(tables: tables, accelerators: accelerators)
        let parameters = try CalibrationStudy.parameters(file: costs)
        if let predictions {
          try OutputFile.write(
            study.predictions(parameters), to: predictions, console: console)
        }
        if let output {
          let residuals = study.residuals(parameters).map(ResidualPage.Table.init)
          try OutputFile.write(ResidualPage.html(residuals), to: output, console: console)
        }
        let report = study.check(parameters)
        console.print(try format == .json ? report.json() : report.text)
      }
    }
  }
}

extension ResidualPage.Table {
  init(_ table: ResidualTable) {
    self.init(
      name: table.name, summary: table.summary, groups: table.groups,
      points: table.points.map { .init(measured: $0.measured, error: $0.error, group: $0.group) })
  }
}
