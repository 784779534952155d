public import Foundation

/// The placement file: slots and, if it was planned, the certificate.
public struct PlacementFile: Hashable, Sendable, Codable {
  public struct Layer: Hashable, Sendable, Codable {
    public var layer: Int
    public var slots: [Int]
  }

  public var schemaVersion = 1
  public var model: String
  public var experts: Int
  public var ranks: Int
  public var slotsPerRank: Int
  public var layers: [Layer]
  public var certificate: PlacementCertificate?

  public init(
    _ slots: PlacementSlots, of problem: PlacementProblem, certificate: PlacementCertificate? = nil
  ) {
    model = problem.model
    experts = problem.experts
    ranks = slots.ranks
    slotsPerRank = slots.slotsPerRank
    layers = zip(problem.layerNumbers, slots.layers).map { Layer(layer: $0, slots: $1) }
    self.certificate = certificate
  }

  /// Reads a placement file.
  ///
  /// - Throws: ``PlacementError`` if it is not one or a row has the wrong length.
  public init(json data: Data) throws(PlacementError) {
    do {
      self = try JSONDecoder().decode(PlacementFile.self, from: data)
    } catch {
      throw PlacementError(
        .unreadable, at: "placement", "not a placement file",
        remedy: "write one with 'shunt plan --output'")
    }
    guard schemaVersion == 1 else {
      throw PlacementError(
        .unreadable, at: "schemaVersion", "version \(schemaVersion) is not known",
        remedy: "this shunt reads version 1; plan again with it")
    }
    let (width, overflow) = ranks.multipliedReportingOverflow(by: slotsPerRank)
    guard ranks > 0, slotsPerRank > 0, !overflow else {
      throw PlacementError(
        .invalidValue, at: "ranks", "\(ranks) ranks of \(slotsPerRank) slots",
        remedy: "give at least 1 of each")
    }
    for (index, row) in layers.enumerated() where row.slots.count != width {
      throw PlacementError(
        .invalidValue, at: "layers[\(index)].slots",
        "\(row.slots.count) slots for \(ranks) ranks of \(slotsPerRank)",
        remedy: "give \(width), with -1 for an empty slot")
    }
  }

  /// The slots alone.
  public var slots: PlacementSlots {
    PlacementSlots(ranks: ranks, slotsPerRank: slotsPerRank, layers: layers.map(\.slots))
  }

  /// The file's text: sorted keys, one line.
  public func json() throws(PlacementError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(self)
    } catch {
      throw PlacementError(
        .invalidValue, at: "placement", "cannot be written as JSON", remedy: "score it first")
    }
  }
}
