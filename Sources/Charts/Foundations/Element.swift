/// One SVG element: written in the order given, so that the same chart is always the same bytes.
struct Element: Sendable {
  let name: String
  var attributes: [(name: String, value: String)]
  var children: [Element]
  var text: String?

  init(
    _ name: String, _ attributes: [(name: String, value: String)] = [],
    children: [Element] = [], text: String? = nil
  ) {
    self.name = name
    self.attributes = attributes
    self.children = children
    self.text = text
  }

  func write(to output: inout String) {
    output += "<\(name)"
    for attribute in attributes {
      output += " \(attribute.name)=\"\(escaped(attribute.value))\""
    }
    if children.isEmpty && text == nil {
      output += "/>"
      return
    }
    output += ">"
    if let text { output += escaped(text) }
    for child in children { child.write(to: &output) }
    output += "</\(name)>"
  }
}

/// `text` fit for XML content and for attributes in double quotes.
///
/// Characters that XML 1.0 cannot hold at all (most control characters, U+FFFE, U+FFFF) become
/// U+FFFD, so that no name can break a page.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r": result += " "
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

extension Element {
  static func rectangle(
    x: Double, y: Double, width: Double, height: Double, class className: String
  ) -> Element {
    Element(
      "rect",
      [
        ("class", className), ("x", coordinate(x)), ("y", coordinate(y)),
        ("width", coordinate(max(0, width))), ("height", coordinate(max(0, height))),
      ])
  }

  static func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), class className: String
  ) -> Element {
    Element(
      "line",
      [
        ("class", className), ("x1", coordinate(start.x)), ("y1", coordinate(start.y)),
        ("x2", coordinate(end.x)), ("y2", coordinate(end.y)),
      ])
  }

  static func path(_ points: [(x: Double, y: Double)], closed: Bool = false, class name: String)
    -> Element
  {
    let steps = points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(coordinate(point.x)) \(coordinate(point.y))"
    }
    return Element(
      "path", [("class", name), ("d", steps.joined() + (closed ? "Z" : ""))])
  }

  static func circle(x: Double, y: Double, radius: Double, class className: String) -> Element {
    Element(
      "circle",
      [
        ("class", className), ("cx", coordinate(x)), ("cy", coordinate(y)),
        ("r", coordinate(radius)),
      ])
  }

  static func text(
    _ text: String, x: Double, y: Double, class className: String = "label"
  ) -> Element {
    Element(
      "text", [("class", className), ("x", coordinate(x)), ("y", coordinate(y))], text: text)
  }

  static func group(
    _ children: [Element], class className: String? = nil, tip: String? = nil,
    series: String? = nil, moved: (x: Double, y: Double)? = nil
  ) -> Element {
    var attributes: [(name: String, value: String)] = []
    if let className { attributes.append(("class", className)) }
    if let series { attributes.append(("data-series", shortened(series, to: 200))) }
    if let tip { attributes.append(("data-tip", shortened(tip, to: 300))) }
    if let moved {
      attributes.append(("transform", "translate(\(coordinate(moved.x)) \(coordinate(moved.y)))"))
    }
    return Element("g", attributes, children: children)
  }
}
