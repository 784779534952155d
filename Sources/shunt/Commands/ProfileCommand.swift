import ArgumentParser
import Foundation
import Workbench

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Describe a routing trace: skew, dispersion, locality, affinity, drift.",
    discussion: """
      Examples:
        shunt profile loads.csv --key decode_in1000out1000
        shunt profile tokens.csv --format json
        shunt profile loads.csv --output mine.json    # then routing: { profile: mine.json }
      """)

  @Argument(help: "A load, window, token or transition table.")
  var routing: String

  @Option(help: "The workload or domain whose rows are read; all are mixed without.")
  var key: String?

  @Option(help: "Experts a token uses, where the table does not say it.")
  var topK: Int?

  @Option(help: "text or json.")
  var format = CheckCommand.Format.text

  @Option(help: "Write the profile as JSON for the routing kind 'profile' to replay.")
  var output: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    let study = try console.reporting { try ProfileStudy(file: routing, key: key, topK: topK) }
    if let output { try OutputFile.write(study.json + "\n", to: output, console: console) }
    console.print(format == .json ? study.json : study.text)
  }
}
