import Domain
public import Foundation
import NetworkSharing

/// What it takes to turn one placement into another: moves, bytes, links crossed, time.
public struct Migration: Sendable, Encodable {
  /// Copies of one kind of way.
  public struct Crossing: Sendable, Hashable, Encodable {
    public let moves: Int
    /// Absent where the size of an expert is not known.
    public let bytes: Double?
  }

  /// What one rank receives and sends in one layer; ranks without moves are left out.
  public struct RankMoves: Sendable, Hashable, Encodable {
    public let rank: Int
    public let arriving: Int
    public let leaving: Int
    /// Experts that arrive, in slot order.
    public let experts: [Int]
  }

  public struct LayerMoves: Sendable, Hashable, Encodable {
    public let layer: Int
    public let moves: Int
    public let movesBetweenNodes: Int?
    public let ranks: [RankMoves]
  }

  public let schemaVersion = 1
  public let ranks: Int
  public let moves: Int
  /// Copies that are dropped; they cost nothing.
  public let dropped: Int
  public let expertBytes: Double?
  public let bytes: Double?
  /// Absent where no cluster says which ranks share a node.
  public let insideNodes: Crossing?
  public let betweenNodes: Crossing?
  /// All moves at once over links that carry nothing else; absent without cluster or expert size.
  public let seconds: Double?
  public let layers: [LayerMoves]

  /// The migration over no particular links.
  ///
  /// - Parameter knowsNodes: Whether the moves know which ranks share a node.
  init(_ moves: PlacementMoves, expertBytes: Double?, knowsNodes: Bool) {
    self.init(moves, expertBytes: expertBytes, knowsNodes: knowsNodes, seconds: nil)
  }

  /// The migration over `links`, in every expert-parallel group of the cluster at once.
  ///
  /// - Throws: ``WorkbenchError/failed(_:)`` where the network refuses the moves.
  init(
    _ moves: PlacementMoves, expertBytes: Double?, over links: ClusterLinks
  ) throws(WorkbenchError) {
    let seconds = try expertBytes.map { bytes throws(WorkbenchError) in
      try Self.seconds(moves, expertBytes: bytes, over: links)
    }
    self.init(moves, expertBytes: expertBytes, knowsNodes: true, seconds: seconds)
  }

  private init(
    _ moves: PlacementMoves, expertBytes: Double?, knowsNodes: Bool, seconds: Double?
  ) {
    func crossing(betweenNodes: Bool) -> Crossing {
      let count = moves.count(betweenNodes: betweenNodes)
      return Crossing(moves: count, bytes: expertBytes.map { $0 * Double(count) })
    }
    ranks = moves.ranks
    self.moves = moves.moves.count
    dropped = moves.dropped
    self.expertBytes = expertBytes
    bytes = expertBytes.map { $0 * Double(moves.moves.count) }
    insideNodes = knowsNodes ? crossing(betweenNodes: false) : nil
    betweenNodes = knowsNodes ? crossing(betweenNodes: true) : nil
    self.seconds = seconds
    layers = Self.layers(moves, knowsNodes: knowsNodes)
  }

  /// The migration as JSON with sorted keys.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }

  private static func layers(_ moves: PlacementMoves, knowsNodes: Bool) -> [LayerMoves] {
    var order: [Int] = []
    var byLayer: [Int: [PlacementMoves.Move]] = [:]
    for move in moves.moves {
      if byLayer[move.layer] == nil { order.append(move.layer) }
      byLayer[move.layer, default: []].append(move)
    }
    return order.map { layer in
      let moves = byLayer[layer] ?? []
      return LayerMoves(
        layer: layer, moves: moves.count,
        movesBetweenNodes: knowsNodes ? moves.count { $0.isBetweenNodes } : nil,
        ranks: ranks(of: moves))
    }
  }

  private static func ranks(of moves: [PlacementMoves.Move]) -> [RankMoves] {
    var experts: [Int: [Int]] = [:]
    var leaving: [Int: Int] = [:]
    for move in moves {
      experts[move.destination, default: []].append(move.expert)
      leaving[move.source, default: 0] += 1
    }
    return Set(experts.keys).union(leaving.keys).sorted().map { rank in
      let arriving = experts[rank] ?? []
      return RankMoves(
        rank: rank, arriving: arriving.count, leaving: leaving[rank] ?? 0, experts: arriving)
    }
  }

  /// How long all moves take when they start together.
  private static func seconds(
    _ moves: PlacementMoves, expertBytes: Double, over links: ClusterLinks
  ) throws(WorkbenchError) -> Double {
    let (all, group) = (links.shape.ranks, moves.ranks)
    guard !moves.moves.isEmpty, expertBytes > 0 else { return 0 }
    var bytes = [Double](repeating: 0, count: all * all)
    for (pair, count) in moves.matrix.enumerated() where count > 0 {
      let (source, destination) = (pair / group, pair % group)
      for first in stride(from: 0, through: all - group, by: group) {
        bytes[(first + source) * all + first + destination] = Double(count) * expertBytes
      }
    }
    do {
      return try TrafficStudy.run(
        TrafficMatrix(ranks: all, bytes: bytes), over: links, fidelity: .fluid(tolerance: 0)
      ).makespanSeconds
    } catch {
      throw .failed("the moves cannot be simulated: \(error.message)")
    }
  }
}
