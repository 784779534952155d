private import RealModule

/// What a release makes of an engine's time.
public struct ReleaseFactor: Hashable, Sendable {
  public var name: String
  /// Measured time over the time that the engine's constants alone give.
  public var factor: Double
  /// What the prompts' passes take beside that, over the engine's other releases.
  public var prompts: Double
  /// Rows they were taken from.
  public var rows: Int

  /// A release that no row is of.
  static func unknown(_ name: String) -> ReleaseFactor {
    ReleaseFactor(name: name, factor: 1, prompts: 1, rows: 0)
  }

  func seconds(_ time: EngineTime) -> Double { factor * (time.steps + prompts * time.prompts) }
}

/// Seconds of a row before its release is counted.
struct EngineTime: Hashable, Sendable {
  var steps: Double
  /// The part that prompts of other sequences take.
  var prompts = 0.0
}

/// Factors of releases, from what a fit leaves of their rows.
///
/// Releases differ in tuning: attention kernels of a format's prompts are missing in one, another
/// runs speculatively, which yields several tokens a step; neither stands in a column. The factor on
/// all time is the median of what remains, the one on prompts the best of a few steps. Both are drawn
/// towards 1 where rows are few.
struct ReleaseFactors {
  private var known: [String: ReleaseFactor] = [:]

  /// Rows with which a factor counts half.
  private static let halfTrust = 2.0
  private static let range = 0.3...3.0
  /// Fewest rows that say anything of prompts apart from steps.
  private static let fewestForPrompts = 6
  private static let promptSteps = [0.35, 0.5, 0.7, 0.85, 1, 1.2, 1.5, 2, 2.8, 4]

  init() {}

  /// - Parameters:
  ///   - names: the release of every row.
  ///   - measured: seconds of every row.
  ///   - times: what the engine's constants give for it.
  init(names: [String], measured: [Double], times: [EngineTime]) {
    var members: [String: [Int]] = [:]
    for (index, name) in names.enumerated() { members[name, default: []].append(index) }
    for name in members.keys.sorted() {
      let rows = (members[name] ?? []).map { (measured[$0], times[$0]) }
      known[name] = Self.fitted(name, rows)
    }
  }

  private static func fitted(_ name: String, _ rows: [(Double, EngineTime)]) -> ReleaseFactor {
    let distinguishes = rows.count >= fewestForPrompts && rows.contains { $0.1.prompts > 0 }
    var best = ReleaseFactor.unknown(name)
    var lowest = Double.infinity
    for prompts in distinguishes ? promptSteps : [1] {
      let rests = rows.map { Double.log($0.0 / ($0.1.steps + prompts * $0.1.prompts)) }
      let trust = Double(rests.count) / (Double(rests.count) + halfTrust)
      let plain = Double.exp(trust * Quantile.of(rests, 0.5))
      let factor = min(max(plain, range.lowerBound), range.upperBound)
      let cost = cost(rests, factor, prompts)
      if cost < lowest {
        lowest = cost
        best = ReleaseFactor(name: name, factor: factor, prompts: prompts, rows: rows.count)
      }
    }
    return best
  }

  /// Cauchy's robust cost of the rests, and a weak pull of both factors to 1.
  private static func cost(_ rests: [Double], _ factor: Double, _ prompts: Double) -> Double {
    let fit = rests.reduce(0) { sum, rest in
      let error = (rest - Double.log(factor)) / 0.15
      return sum + Double.log(1 + error * error)
    }
    let pull = Double.log(prompts) / 0.7
    let tug = Double.log(factor) / 0.3
    return fit + 0.5 * (pull * pull + tug * tug)
  }

  /// 1 for a release that no row is of.
  subscript(name: String) -> ReleaseFactor { known[name] ?? .unknown(name) }

  /// All factors, sorted by name.
  var list: [ReleaseFactor] { known.keys.sorted().map { self[$0] } }
}
