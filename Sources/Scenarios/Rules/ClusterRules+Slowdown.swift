internal import Diagnostics
internal import Domain

extension ClusterRules {
  /// Ranks that run slower; nil where one of them cannot be read.
  func slowdowns(
    _ reader: MappingReader, ranks: (partialValue: Int, overflow: Bool)
  ) -> [Slowdown]? {
    guard let item = reader.raw(ClusterFields.slowdown) else { return [] }
    reading.note(item)
    guard item.members == nil || !item.isNull, item.entries.count <= 65536 else {
      return reading.wrongType(item, "a mapping or a list of at most 65536")
    }
    let isKnown = !ranks.overflow && !reading.isMisspelt(reader.item.path)
    let limit = isKnown ? ranks.partialValue : .max
    var slowdowns: [Slowdown] = []
    var isWhole = true
    for entry in item.entries {
      guard let slowdown = slowdown(entry, ranks: limit) else {
        isWhole = false
        continue
      }
      slowdowns.append(slowdown)
    }
    return isWhole ? slowdowns : nil
  }

  private func slowdown(_ item: YAMLItem, ranks: Int) -> Slowdown? {
    guard let reader = MappingReader(item, ClusterFields.slowdownShape, reading) else { return nil }
    let compute = reader.value(ClusterFields.compute)
    let network = reader.value(ClusterFields.network)
    guard let list = reader.raw(ClusterFields.ranks) else { return nil }
    guard list.members == nil, !list.isNull, list.entries.count <= 65536 else {
      return reading.wrongType(list, "a rank or a list of ranks")
    }
    var chosen: [RankID] = []
    for entry in list.entries {
      guard let rank = reading.integer(entry, 0...Int(Int32.max)) else { return nil }
      guard rank < ranks else {
        reading.error(
          .unknownRank, at: entry, "there is no rank \(rank); ranks run from 0 to \(ranks - 1)")
        return nil
      }
      chosen.append(RankID(rank))
    }
    guard let compute, let network else { return nil }
    reading.assumeGiven(list, chosen.map { "\($0.index)" }.joined(separator: ", "))
    return Slowdown(ranks: chosen, compute: compute, network: network)
  }
}
