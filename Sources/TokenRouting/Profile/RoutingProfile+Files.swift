private import Foundation

extension RoutingProfile {
  /// A profile of the catalogue, or one that was written to a file.
  ///
  /// - Parameter name: a name of ``ProfileCatalog``; anything that ends in `.json` is a file, relative
  ///   to `folder`.
  /// - Throws: ``RoutingError`` for a name that is unknown and a file that is no profile.
  public init(named name: String, folder: String = ".") throws(RoutingError) {
    guard name.hasSuffix(".json") else {
      guard let entry = ProfileCatalog.entry(name) else {
        throw RoutingError(
          .badOption, "there is no profile '\(name)'",
          fix:
            "choose one of \(ProfileCatalog.entries.map(\.id).joined(separator: ", ")), or name a"
            + " file that ends in .json")
      }
      self = entry.profile
      return
    }
    let source = try FileBytes(path: name, folder: folder)
    do {
      self = try JSONDecoder().decode(RoutingProfile.self, from: Data(source.bytes))
    } catch {
      throw RoutingError(
        .badValue, file: name, "the file is not a routing profile",
        fix: "write one with 'shunt profile ROUTING --output \(name)'")
    }
    guard schemaVersion == 1 else {
      throw RoutingError(
        .badValue, file: name, "the profile has schemaVersion \(schemaVersion), not 1",
        fix: "write it again with 'shunt profile ROUTING --output \(name)'")
    }
    let isSound = popularity.allSatisfy { row in
      row.shares.allSatisfy { $0 >= 0 && $0.isFinite } && row.shares.contains { $0 > 0 }
    }
    guard isSound, experts > 0, curve.map({ $0.count == experts }) ?? true else {
      throw RoutingError(
        .impossibleLoads, file: name, "the profile's shares are not shares",
        fix: "write it again with 'shunt profile ROUTING --output \(name)'")
    }
  }

  /// The profile as JSON with sorted keys, the same bytes each time.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
