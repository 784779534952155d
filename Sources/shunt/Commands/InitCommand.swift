import ArgumentParser
import Foundation
import Scenarios

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a commented scenario that runs as it is.",
    discussion: """
      Examples:
        shunt init skewed            # writes skewed.yaml
        shunt init > first.yaml      # prints it
      """)

  @Argument(help: "The scenario's name; without one the scenario is printed.")
  var name: String?

  @Flag(help: "Replace a file that is there.")
  var force = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.console
    guard let name else {
      console.print(ScenarioTemplate.text(name: "quickstart"))
      return
    }
    let path = name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? name : name + ".yaml"
    guard force || !FileManager.default.fileExists(atPath: path) else {
      console.error("error: \(path) is there already; take another name, or --force to replace it")
      throw ExitStatus.cannotWrite
    }
    let title = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    try OutputFile.write(ScenarioTemplate.text(name: title), to: path, console: console)
    console.print("\(path)   next: shunt compare \(path) --output \(title).html")
  }
}
