import Strategies

/// The algorithm written down line by line, sorting and scanning as the paper says: slow, and the
/// yardstick for the product's.
struct LiteralLeastLoadedAssignment {
  /// How case 3 (nothing fits at home) looks for helpers.
  enum WholeExpertSearch {
    /// Algorithm 3: sorts again after every chunk.
    case sortedEachTime
    /// The published code: one pass over the first order, and a remainder goes to its first rank.
    case firstOrderOnce
  }

  private(set) var pieces: [[LeastLoadedAssignment.Interval]]
  private(set) var loads: [Int]
  private var pending: [Int]
  private let capacity: Int
  private let minimumChunk: Int
  /// Whether any copies had to be forced on a helper.
  private(set) var forced = false

  init(_ layer: RandomLayer, capacity: Int, search: WholeExpertSearch) {
    let loads = layer.loads
    self.loads = Array(repeating: 0, count: layer.ranks)
    pending = self.loads
    pieces = Array(repeating: [], count: layer.experts)
    self.capacity = capacity
    minimumChunk = layer.settings.minimumChunk
    for expert in 0..<layer.experts { pending[layer.homes[expert]] += loads[expert] }
    let order = (0..<layer.experts).sorted { (loads[$1], $0) < (loads[$0], $1) }
    for expert in order where loads[expert] > 0 {
      place(expert, loads[expert], home: layer.homes[expert], search: search)
    }
  }

  private func effective(_ rank: Int) -> Int { loads[rank] + pending[rank] }

  private mutating func place(_ expert: Int, _ load: Int, home: Int, search: WholeExpertSearch) {
    pending[home] -= load
    let free = capacity - effective(home)
    let kept = min(load, max(0, free))
    if kept > 0 { take(expert, kept, on: home) }
    if kept == load { return }
    if loads.count == 1 {
      take(expert, load - kept, on: home)
    } else if kept == 0 && search == .firstOrderOnce {
      spillOnce(expert, load, home: home)
    } else {
      spill(expert, load - kept, home: home)
    }
  }

  private func helpers(beside home: Int) -> [Int] {
    loads.indices.filter { $0 != home }
      .sorted { (effective($0), $0) < (effective($1), $1) }
  }

  private mutating func spill(_ expert: Int, _ copies: Int, home: Int) {
    var rest = copies
    search: while rest > 0 {
      let order = helpers(beside: home)
      for helper in order {
        let chunk = min(rest, capacity - effective(helper))
        if chunk <= 0 || (chunk < minimumChunk && rest > chunk) { continue }
        take(expert, chunk, on: helper)
        rest -= chunk
        continue search
      }
      forced = true
      take(expert, rest, on: order[0])
      rest = 0
    }
  }

  private mutating func spillOnce(_ expert: Int, _ copies: Int, home: Int) {
    var rest = copies
    let order = helpers(beside: home)
    for (helper, room) in order.map({ ($0, capacity - effective($0)) }) where rest > 0 {
      let chunk = min(rest, room)
      if chunk <= 0 || (chunk < minimumChunk && rest > chunk) { continue }
      take(expert, chunk, on: helper)
      rest -= chunk
    }
    if rest > 0 {
      forced = true
      take(expert, rest, on: order[0])
    }
  }

  private mutating func take(_ expert: Int, _ copies: Int, on rank: Int) {
    loads[rank] += copies
    if let last = pieces[expert].last, last.rank == rank {
      pieces[expert][pieces[expert].count - 1].end = last.end + copies
    } else {
      let start = pieces[expert].last?.end ?? 0
      pieces[expert].append(.init(rank: rank, start: start, end: start + copies))
    }
  }
}
