/// A picture of data as SVG text: no script, no font, no request, the same bytes for the same data.
///
/// To add a kind of chart, write one file in `Marks/` whose type lays out its marks in
/// ``draw(width:)``.
public protocol Chart: Sendable {
  /// The finding, as a sentence: "llep is 1.6 times as fast as ep".
  var title: String { get }
  /// What is drawn and how, for those who cannot see it.
  var summary: String { get }
  /// The marks, laid out for `width` pixels.
  func draw(width: Double) -> Drawing
}

/// Marks laid out for a size, not yet a document.
public struct Drawing: Sendable {
  let height: Double
  var elements: [Element]
  /// Sentences under the chart: what was left out or thinned.
  var notes: [String]

  init(height: Double, elements: [Element], notes: [String?] = []) {
    self.height = height
    self.elements = elements
    self.notes = notes.compactMap { $0 }
  }

  /// A frame that says that there is nothing to show.
  static func empty(width: Double) -> Drawing {
    Drawing(
      height: 60,
      elements: [
        .rectangle(x: 0.5, y: 0.5, width: width - 1, height: 59, class: "empty"),
        .text("No data", x: width / 2, y: 34, class: "label middle muted-text"),
      ])
  }

  /// The notes as elements below the marks, and the height with them.
  func withNotes(width: Double) -> (elements: [Element], height: Double) {
    let lines = notes.enumerated().map { index, note in
      Element.text(
        fitted(note, width: width), x: 0, y: height + 14 + 16 * Double(index),
        class: "label muted-text note")
    }
    return (elements + lines, height + 16 * Double(notes.count) + (notes.isEmpty ? 0 : 4))
  }
}

extension Chart {
  /// The chart as one `<svg>` element.
  ///
  /// It shrinks with the page but never grows beyond `width`, so that its text stays the size of
  /// the text around it; that and the colours are in ``ChartStyle/css``, which the page carries
  /// once. A file of its own carries it itself: `embedsStyle`.
  ///
  /// - Parameter id: unique in the page; what is not a letter, digit or hyphen becomes a hyphen.
  public func svg(id: String, width: Double = 720, embedsStyle: Bool = false) -> String {
    let id = identifier(id)
    let drawn = draw(width: width).withNotes(width: width)
    var children = [
      Element("title", [("id", "\(id)-title")], text: shortened(title, to: 500)),
      Element("desc", [("id", "\(id)-desc")], text: shortened(summary, to: 2000)),
    ]
    if embedsStyle { children.append(Element("style", text: ChartStyle.css)) }
    let svg = Element(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("id", id), ("class", "chart"), ("role", "img"),
        ("aria-labelledby", "\(id)-title \(id)-desc"),
        ("viewBox", "0 0 \(coordinate(width)) \(coordinate(drawn.height))"),
        ("width", coordinate(width)), ("height", coordinate(drawn.height)),
      ], children: children + drawn.elements)
    var output = ""
    svg.write(to: &output)
    return output
  }

  private func identifier(_ text: String) -> String {
    let kept = text.prefix(80).map { character in
      character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
    }
    return "chart-" + String(kept)
  }
}
