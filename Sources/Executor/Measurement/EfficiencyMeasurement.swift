public import Kernels
private import Plan

/// How near the executor's own parts come to what the machine can do: experts to plain products,
/// messages to plain copies.
public struct EfficiencyMeasurement {
  /// One comparison.
  public struct Ratio: Hashable, Sendable {
    public let what: String
    /// Seconds of the plain way over seconds of the executor's.
    public let efficiency: Double

    public init(what: String, efficiency: Double) {
      self.what = what
      self.efficiency = efficiency
    }
  }

  private let clock = WorkClock.thread
  private let rounds: Int

  /// - Throws: ``MatrixLibraryError`` where OpenBLAS is missing.
  public init(rounds: Int = 9) throws(MatrixLibraryError) {
    try MatrixLibrary.open()
    self.rounds = rounds
  }

  /// Experts of usual shapes beside their two products alone, in turns.
  public func experts() -> [Ratio] {
    [(256, 512), (512, 1024), (1024, 2048)].flatMap { hidden, intermediate in
      [16, 64, 256, 512].map { rows in
        let network = FeedForwardNetwork(
          hidden: hidden, intermediate: intermediate, isGated: true)
        return Ratio(
          what: "expert \(hidden) × \(intermediate), \(rows) rows",
          efficiency: expert(network, rows: rows))
      }
    }
  }

  private func expert(_ network: FeedForwardNetwork, rows: Int) -> Double {
    // Enough experts that weights come from memory both times.
    let experts = max(2, (48 << 20) / (4 * network.weightCount))
    let weights = FloatBuffer(count: experts * network.weightCount)
    let input = FloatBuffer(count: rows * network.hidden)
    let projected = FloatBuffer(count: rows * network.firstWidth)
    let active = FloatBuffer(count: rows * network.intermediate)
    let output = FloatBuffer(count: rows * network.hidden)
    for buffer in [weights, input] {
      for index in 0..<buffer.count { buffer.pointer[index] = Float(index % 17) * 0.01 - 0.08 }
    }
    var turn = 0
    func next() -> UnsafeMutablePointer<Float> {
      turn = (turn + 1) % experts
      return weights.pointer + turn * network.weightCount
    }
    return ratio(
      plain: {
        let own = next()
        multiply(
          input.pointer, own, into: projected.pointer, rows: rows, columns: network.firstWidth,
          depth: network.hidden)
        multiply(
          active.pointer, own + network.hidden * network.firstWidth, into: output.pointer,
          rows: rows, columns: network.hidden, depth: network.intermediate)
      },
      own: {
        network.forward(
          input.pointer, rows: rows, weights: next(), projected: projected.pointer,
          active: active.pointer, output: output.pointer)
      })
  }

  /// An all-to-all of four ranks with messages of `bytes`, beside plain copies of as many bytes.
  public func messages(bytes: Int) -> Ratio {
    let ranks = 4
    let count = bytes / 4
    let sent = (0..<ranks).map { _ in FloatBuffer(count: ranks * count) }
    let received = (0..<ranks).map { _ in FloatBuffer(count: ranks * count) }
    let members = RankSet(first: 0, count: ranks)
    let parts = (0..<ranks).map { rank in
      ExchangePart(
        form: .allToAll, members: members,
        sends: (0..<ranks).map {
          Region(peer: $0, start: sent[rank].pointer + $0 * count, count: count)
        },
        receives: (0..<ranks).map {
          Region(peer: $0, start: received[rank].pointer + $0 * count, count: count)
        })
    }
    let copier = MessageCopier()
    let efficiency = ratio(
      plain: {
        for rank in 0..<ranks {
          received[rank].pointer.update(from: sent[rank].pointer, count: ranks * count)
        }
      },
      own: {
        for rank in 0..<ranks { try? copier.receive(parts, receiver: rank, exchange: 0) }
      })
    return Ratio(what: "messages of \(bytes >> 10) KiB", efficiency: efficiency)
  }

  /// Median seconds of `plain` over those of `own`, taken in turns.
  private func ratio(plain: () -> Void, own: () -> Void) -> Double {
    var (before, after): ([Double], [Double]) = ([], [])
    for round in 0...rounds {
      let first = clock.secondsPerRepetition(during: 2e-3, plain)
      let second = clock.secondsPerRepetition(during: 2e-3, own)
      guard round > 0 else { continue }
      before.append(first)
      after.append(second)
    }
    return before.sorted()[before.count / 2] / after.sorted()[after.count / 2]
  }
}
