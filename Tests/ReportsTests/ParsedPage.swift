import Foundation
import FoundationXML

/// A page read back by an XML parser: it is written so that it is well-formed XML as well.
struct ParsedPage {
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""
    let section: String
  }

  struct NotWellFormed: Error { let reason: String }

  let elements: [Element]
  let html: String

  init(_ html: String) throws {
    self.html = html
    // What stands in a script is not markup in HTML, and XML would read it as such.
    let body = html.replacing("<!DOCTYPE html>\n", with: "")
    let reader = Reader()
    let parser = XMLParser(data: Data(body.utf8))
    parser.delegate = reader
    guard parser.parse() else {
      throw NotWellFormed(
        reason: "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }
    elements = reader.elements
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  func text(of name: String) -> [String] {
    all(name).map { $0.text.trimmingCharacters(in: .whitespacesAndNewlines) }
  }

  var tips: [String] { elements.compactMap { $0.attributes["data-tip"] } }

  var json: String {
    elements.first { $0.attributes["id"] == "result-json" }?.text ?? ""
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Int] = []
    private var section = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      if name == "section" { section = attributes["id"] ?? "" }
      open.append(elements.count)
      elements.append(Element(name: name, attributes: attributes, section: section))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      for index in open { elements[index].text += string }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      open.removeLast()
      if name == "section" { section = "" }
    }
  }
}
