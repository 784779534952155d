public import Foundation

/// Why a saved result cannot be read.
public enum ResultFileError: Error, Hashable, Sendable {
  case notJSON(String)
  /// Written by another version of the format.
  case otherVersion(found: Int, expected: Int)
  case wrongContent(String)

  public var message: String {
    switch self {
    case .notJSON(let detail): "this is not JSON: \(detail)"
    case .otherVersion(let found, let expected):
      """
      the result has schemaVersion \(found) and this version of shunt reads \(expected); \
      run the scenario again with this version
      """
    case .wrongContent(let detail): "this is not a result of shunt: \(detail)"
    }
  }
}

extension ComparisonResult {
  /// The result as JSON with sorted keys; the same result gives the same bytes.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(self)
    data.append(contentsOf: [0x0A])
    return data
  }

  /// Reads what ``json()`` wrote.
  ///
  /// - Throws: ``ResultFileError`` that says what is wrong with the file.
  public init(json data: Data) throws(ResultFileError) {
    struct Version: Decodable { let schemaVersion: Int }
    let decoder = JSONDecoder()
    do {
      let version = try decoder.decode(Version.self, from: data).schemaVersion
      guard version == Self.currentSchemaVersion else {
        throw ResultFileError.otherVersion(found: version, expected: Self.currentSchemaVersion)
      }
      self = try decoder.decode(Self.self, from: data)
    } catch let error as ResultFileError {
      throw error
    } catch DecodingError.dataCorrupted(let context) {
      throw .notJSON(context.debugDescription)
    } catch let DecodingError.keyNotFound(key, context) {
      throw .wrongContent("'\(key.stringValue)' is missing in \(Self.path(context))")
    } catch let DecodingError.typeMismatch(_, context) {
      throw .wrongContent("\(Self.path(context)): \(context.debugDescription)")
    } catch let DecodingError.valueNotFound(_, context) {
      throw .wrongContent("\(Self.path(context)): \(context.debugDescription)")
    } catch {
      throw .wrongContent(String(describing: error))
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "the top level" : path
  }
}
