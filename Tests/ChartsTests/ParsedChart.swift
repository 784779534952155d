import Charts
import Foundation
import FoundationXML

/// A chart read back by an XML parser: what a browser would see.
struct ParsedChart {
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""
    /// The shift of all groups around it.
    let offset: (x: Double, y: Double)

    var classes: Set<Substring> { Set((attributes["class"] ?? "").split(separator: " ")) }

    func number(_ attribute: String) -> Double { Double(attributes[attribute] ?? "") ?? .nan }
  }

  struct NotWellFormed: Error { let reason: String }

  let elements: [Element]

  init(_ chart: some Chart, id: String = "test", width: Double = 720) throws {
    try self.init(svg: chart.svg(id: id, width: width))
  }

  init(svg: String) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    guard parser.parse() else {
      throw NotWellFormed(reason: String(describing: parser.parserError))
    }
    elements = reader.elements
  }

  var texts: [String] { elements.filter { $0.name == "text" }.map(\.text) }
  var tips: [String] { elements.compactMap { $0.attributes["data-tip"] } }

  func marks(_ className: Substring) -> [Element] {
    elements.filter { $0.classes.contains(className) }
  }

  func text(of name: String) -> String? { elements.first { $0.name == name }?.text }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Int] = []
    private var offsets: [(x: Double, y: Double)] = [(0, 0)]

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      var offset = offsets[offsets.count - 1]
      if let transform = attributes["transform"] {
        let numbers = transform.dropFirst("translate(".count).dropLast().split(separator: " ")
        offset.x += Double(numbers[0]) ?? .nan
        offset.y += Double(numbers[1]) ?? .nan
      }
      offsets.append(offset)
      open.append(elements.count)
      elements.append(Element(name: name, attributes: attributes, offset: offset))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if let current = open.last { elements[current].text += text }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      open.removeLast()
      offsets.removeLast()
    }
  }
}
