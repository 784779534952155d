/// The rectangle that marks are placed in, with its axes.
struct PlotArea: Sendable {
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double

  /// Room for row names on the left: what the longest needs, at most a third of the width.
  static func nameWidth(_ names: [String], width: Double) -> Double {
    min(width / 3, (names.map(textWidth).max() ?? 0) * 1.1 + 12)
  }

  /// Vertical grid lines with their numbers below, and the axis title under them (38 px in all).
  func horizontalAxis(_ axis: Axis, _ scale: Scale) -> [Element] {
    let lines = scale.ticks.flatMap { tick -> [Element] in
      let x = scale(tick)
      return [
        .line(from: (x, top), to: (x, bottom), class: "grid"),
        .text(scale.text(tick), x: x, y: bottom + 15, class: "label tick middle"),
      ]
    }
    let title = Element.text(
      axis.title, x: (left + right) / 2, y: bottom + 33, class: "label muted-text middle")
    return lines + [title]
  }

  /// Horizontal grid lines with their numbers on the left, and the axis title above the top.
  ///
  /// - Parameter rise: pixels from the plot's top to the axis title's line, more where names stand
  ///   between them.
  func verticalAxis(_ axis: Axis, _ scale: Scale, rise: Double = 10) -> [Element] {
    let lines = scale.ticks.flatMap { tick -> [Element] in
      let y = scale(tick)
      return [
        .line(from: (left, y), to: (right, y), class: "grid"),
        .text(scale.text(tick), x: left - 6, y: y + 4, class: "label tick end"),
      ]
    }
    return lines + [.text(axis.title, x: 0, y: top - rise, class: "label muted-text")]
  }

  /// A named vertical line across the plot, its name above the top.
  ///
  /// - Parameter level: the line of names that it stands on, 0 the lowest.
  func marker(at x: Double, _ name: String, level: Int = 0) -> [Element] {
    let isRight = x > (left + right) / 2
    let rise = 6 + Double(level) * PlotArea.markerHeight
    return [
      .line(from: (x, top - rise + 6), to: (x, bottom), class: "limit"),
      .text(
        fitted(name, width: (right - left) / 2), x: x + (isRight ? -4 : 4), y: top - rise,
        class: isRight ? "label end" : "label"),
    ]
  }

  /// Height of one line of marker names.
  static let markerHeight = 15.0

  /// The name of a row, cut to the room left of the plot.
  func rowName(_ name: String, middle: Double, class className: String = "label end") -> Element {
    .text(fitted(name, width: left - 10), x: left - 8, y: middle + 4, class: className)
  }
}

/// A key of coloured squares with names, in as many lines as they need.
func legend(
  _ entries: [(name: String, class: String)], left: Double, width: Double, top: Double
) -> (elements: [Element], height: Double) {
  var elements: [Element] = []
  var x = left
  var y = top
  for entry in entries {
    let name = fitted(entry.name, width: min(240, width - 20))
    let needed = textWidth(name) + 30
    if x > left && x + needed > left + width {
      x = left
      y += 18
    }
    elements.append(.rectangle(x: x, y: y, width: 11, height: 11, class: entry.class))
    elements.append(.text(name, x: x + 16, y: y + 10))
    x += needed
  }
  return (elements, entries.isEmpty ? 0 : y - top + 20)
}
