/// What an exchange inside a group of ranks makes of the busiest links, for the analytic network.
public struct GroupBound: Sendable {
  /// When the busiest link on the way of each member's own data is done, latency included, `[ranks]`.
  public private(set) var finishSeconds: [Double]
  /// What crosses each link of the cluster.
  public private(set) var linkBytes: [Double]
  /// Bytes between ranks of one node.
  public private(set) var insideBytes = 0.0
  /// Bytes between nodes.
  public private(set) var betweenBytes = 0.0

  private let links: ClusterLinks
  private let firstRank: Int
  private let ranks: Int
  private let perNode: Int

  /// The closed form for a table of amounts, all of it starting together; nil where the cluster is
  /// not one of switched nodes on rails that never block.
  ///
  /// Walks the table row by row whichever way the data goes, because a step of a thousand ranks has
  /// a hundred tables of a million entries.
  ///
  /// - Parameters:
  ///   - amounts: `[ranks × ranks]`; row = source, or destination where `isReturn` is set.
  ///   - unitBytes: bytes of one unit of the amounts.
  ///   - firstRank: the group's first rank; members are consecutive.
  /// - Complexity: O(ranks²), about two nanoseconds a pair.
  public init?(
    amounts: [Float], unitBytes: Double, isReturn: Bool, firstRank: Int, ranks: Int,
    over links: ClusterLinks
  ) {
    guard links.isRailForm, amounts.count == ranks * ranks else { return nil }
    self.links = links
    self.firstRank = firstRank
    self.ranks = ranks
    perNode = links.shape.ranksPerNode
    finishSeconds = [Double](repeating: 0, count: ranks)
    linkBytes = [Double](repeating: 0, count: links.capacities.count)
    amounts.withUnsafeBufferPointer { table in
      if isReturn { addReturning(table) } else { addOutgoing(table) }
      for link in linkBytes.indices { linkBytes[link] *= unitBytes }
      let seconds = zip(linkBytes, links.capacities).map { $0 / $1 }
      seconds.withUnsafeBufferPointer { finish(table, isReturn: isReturn, $0) }
    }
    insideBytes *= unitBytes
    betweenBytes *= unitBytes
  }

  /// Members of the group in each node, as ranges of ranks.
  private var blocks: [Range<Int>] {
    let last = firstRank + ranks
    return stride(from: firstRank - firstRank % perNode, to: last, by: perNode).map {
      max($0, firstRank)..<min($0 + perNode, last)
    }
  }

  private mutating func addOutgoing(_ table: UnsafeBufferPointer<Float>) {
    let blocks = blocks
    let down = links.railLinks.nodeDown
    for source in firstRank..<(firstRank + ranks) {
      let row = (source - firstRank) * ranks - firstRank
      for block in blocks {
        let isOwn = block.contains(source)
        let entry = block.lowerBound - block.lowerBound % perNode + source % perNode
        let direct = isOwn ? source : entry
        var passedOn = 0.0
        for rank in block where rank != direct {
          let amount = Double(table[row + rank])
          linkBytes[down + rank] += amount
          passedOn += amount
        }
        if isOwn {
          linkBytes[source] += passedOn
          insideBytes += passedOn
        } else {
          let arriving = block.contains(entry) ? Double(table[row + entry]) : 0
          linkBytes[entry] += passedOn
          linkBytes[links.railLinks.nicUp + source] += passedOn + arriving
          linkBytes[links.railLinks.nicDown + entry] += passedOn + arriving
          betweenBytes += passedOn + arriving
        }
      }
    }
  }

  private mutating func addReturning(_ table: UnsafeBufferPointer<Float>) {
    let blocks = blocks
    let railLinks = links.railLinks
    for destination in firstRank..<(firstRank + ranks) {
      let row = (destination - firstRank) * ranks - firstRank
      let node = destination - destination % perNode
      for block in blocks {
        let isOwn = block.contains(destination)
        for source in block where source != destination {
          let amount = Double(table[row + source])
          if isOwn {
            linkBytes[source] += amount
            linkBytes[railLinks.nodeDown + destination] += amount
            insideBytes += amount
            continue
          }
          let entry = node + source % perNode
          linkBytes[railLinks.nicUp + source] += amount
          linkBytes[railLinks.nicDown + entry] += amount
          betweenBytes += amount
          if entry != destination {
            linkBytes[entry] += amount
            linkBytes[railLinks.nodeDown + destination] += amount
          }
        }
      }
    }
  }

  /// The later of what a member sends and what it receives.
  private mutating func finish(
    _ table: UnsafeBufferPointer<Float>, isReturn: Bool, _ seconds: UnsafeBufferPointer<Double>
  ) {
    let railLinks = links.railLinks
    let (inside, between) = (links.shape.intraNodeLatency, links.shape.interNodeLatency)
    let blocks = blocks
    for rowRank in firstRank..<(firstRank + ranks) {
      let row = (rowRank - firstRank) * ranks - firstRank
      var latest = 0.0
      for block in blocks {
        let isOwn = block.contains(rowRank)
        for columnRank in block where columnRank != rowRank && table[row + columnRank] > 0 {
          let source = isReturn ? columnRank : rowRank
          let destination = isReturn ? rowRank : columnRank
          var end: Double
          if isOwn {
            end = max(seconds[source], seconds[railLinks.nodeDown + destination]) + inside
          } else {
            let entry = destination - destination % perNode + source % perNode
            end = max(seconds[railLinks.nicUp + source], seconds[railLinks.nicDown + entry])
            if entry != destination {
              end = max(end, max(seconds[entry], seconds[railLinks.nodeDown + destination]))
              end += inside
            }
            end += between
          }
          latest = max(latest, end)
          let column = columnRank - firstRank
          finishSeconds[column] = max(finishSeconds[column], end)
        }
      }
      finishSeconds[rowRank - firstRank] = max(finishSeconds[rowRank - firstRank], latest)
    }
  }
}
