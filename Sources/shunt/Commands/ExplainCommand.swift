import ArgumentParser
import Diagnostics

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain the code of a finding.",
    discussion: """
      Examples:
        shunt explain unknown-key
        shunt explain            # lists all codes
      """)

  @Argument(help: "The code that stands in brackets behind a finding.")
  var code: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    guard let code else {
      console.print(FindingCode.allCases.map(\.rawValue).joined(separator: "\n"))
      return
    }
    guard let known = FindingCode(written: code) else {
      let nearest = Spelling.nearest(to: code, in: FindingCode.allCases.map(\.rawValue))
      let hint = nearest.map { "; did you mean '\($0)'?" } ?? "; 'shunt explain' lists them"
      console.error("error: no code '\(code)'\(hint)")
      throw ExitCode.validationFailure
    }
    console.print("\(known.rawValue)\n\n\(known.explanation)")
  }
}
