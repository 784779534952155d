import ArgumentParser
import Diagnostics
import Foundation

/// When text is coloured.
enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
  @Flag(name: [.short, .long], help: "Print results and errors only.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Print what is being done.")
  var verbose = false

  @Option(name: .customLong("color"), help: "When to colour text: auto, always or never.")
  var colour = ColourChoice.auto

  var console: Console { Console(quiet: quiet, verbose: verbose, colour: colour) }
}

/// Where text goes: results to standard output, everything else to standard error.
struct Console {
  let quiet: Bool
  let verbose: Bool
  let colour: ColourChoice

  /// Whether text on standard output is coloured.
  var coloursOutput: Bool { isColoured(STDOUT_FILENO) }

  /// Columns of the terminal, 100 where there is none.
  var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return Int(size.ws_col)
  }

  /// Whether somebody watches standard error.
  var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  func print(_ text: String) { write(text, to: .standardOutput) }

  func note(_ text: String) {
    if !quiet { write(text, to: .standardError) }
  }

  /// Shows passing progress: a line that the next one replaces on a terminal, a plain one elsewhere.
  func showProgress(_ text: String) {
    FileHandle.standardError.write(Data((isWatched ? "\r\u{1B}[K\(text)" : text + "\n").utf8))
  }

  /// Removes the line of progress, where there is one to remove.
  func clearProgress() {
    guard !quiet, isWatched else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }

  func error(_ text: String) { write(text, to: .standardError) }

  /// Writes findings and, if there are any, how many.
  func show(_ findings: [Finding]) {
    guard !findings.isEmpty else { return }
    let text = FindingText(colour: isColoured(STDERR_FILENO))
    write(text.render(findings), to: .standardError)
  }

  private func isColoured(_ descriptor: Int32) -> Bool {
    switch colour {
    case .always: true
    case .never: false
    case .auto:
      isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }
  }

  private func write(_ text: String, to file: FileHandle) {
    file.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }
}
