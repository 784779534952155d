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

/// A result that is kept as a file: JSON of a version, with sorted keys.
public protocol ResultDocument: Codable {}

extension ComparisonResult: ResultDocument {}
extension SweepResult: ResultDocument {}
extension MergedResult: ResultDocument {}

extension ResultDocument {
  /// The result as JSON with sorted keys; the same result gives the same bytes.
  public func json() throws -> Data { try SortedJSON.encode(self) }

  /// Reads what ``json()`` wrote.
  ///
  /// - Throws: ``ResultFileError`` that says what is wrong with the file.
  public init(json data: Data) throws(ResultFileError) {
    let decoder = JSONDecoder()
    do {
      let version = try decoder.decode(ResultVersion.self, from: data).schemaVersion
      guard version == ComparisonResult.currentSchemaVersion else {
        throw ResultFileError.otherVersion(
          found: version, expected: ComparisonResult.currentSchemaVersion)
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

  fileprivate static func path(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "the top level" : path
  }
}

private struct ResultVersion: Decodable {
  let schemaVersion: Int
}

/// What a saved file holds.
public enum SavedResult: Sendable {
  case comparison(ComparisonResult)
  case sweep(SweepResult)
  case merged(MergedResult)

  /// - Throws: ``ResultFileError`` that says what is wrong with the file.
  public init(json data: Data) throws(ResultFileError) {
    struct Kind: Decodable { let kind: String? }
    let kind = try? JSONDecoder().decode(Kind.self, from: data).kind
    switch kind {
    case SweepResult.kindName: self = .sweep(try SweepResult(json: data))
    case MergedResult.kindName: self = .merged(try MergedResult(json: data))
    default: self = .comparison(try ComparisonResult(json: data))
    }
  }
}

/// JSON as every file of ours is written: sorted keys, indented, a line break at the end.
public enum SortedJSON {
  /// - Throws: an encoding error, such as for a number that is not finite.
  public static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(value)
    data.append(0x0A)
    return data
  }
}
