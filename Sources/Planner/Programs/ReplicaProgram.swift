internal import LinearModel

/// How many copies each expert of a layer gets so that the largest share of any copy is small in
/// every sample; where a rank has one slot this is the whole problem, elsewhere it is a bound.
///
/// In unary form: t[e, k] = 1 if expert e has at least k copies, t[e, k + 1] ≤ t[e, k],
/// Σ t ≤ slots − experts, and for every sample b in which e matters
/// z_b ≥ w_be − Σ_k (w_be / (k − 1) − w_be / k) · t[e, k], with z_b at least the sample's own bound.
/// Tokens are divided by the mean rank load.
struct ReplicaProgram {
  let model: LinearModel
  let scale: Double
  /// Variables by expert, for two copies, three and so on.
  private let atLeast: [[Variable]]
  private let largest: [Variable]
  private let tail: (start: Variable, excess: [Variable], count: Int)?
  private let rows: [[Double]]
  private let bounds: [Double]

  /// - Parameters:
  ///   - bounds: A lower bound of each sample's largest rank load, in tokens.
  ///   - fastest: The smallest slowdown of any rank.
  init(loads: LayerLoads, slots: Int, ranks: Int, bounds: [Double], fastest: Double) {
    let experts = loads.rows.first?.count ?? 0
    let total = loads.rows.reduce(0) { $0 + $1.reduce(0, +) }
    let scale = max(1e-9, total / Double(loads.rows.count * ranks))
    self.scale = scale
    let rows = loads.rows.map { $0.map { $0 * fastest / scale } }
    let floors = bounds.map { $0 / scale }
    self.rows = rows
    self.bounds = floors
    var model = LinearModel(name: "copies")
    let spare = max(0, slots - experts)
    let atLeast = (0..<experts).map { expert -> [Variable] in
      let useful =
        zip(rows, floors).map { row, floor in
          floor > 0 ? (row[expert] / floor - 1e-9).rounded(.up) : 1
        }.max() ?? 1
      let most = min(ranks, spare + 1, max(1, Int(useful)))
      return (1..<max(2, most + 1)).dropFirst().map {
        model.binary("expert \(expert) has \($0) copies")
      }
    }
    let largest = rows.indices.map {
      model.variable("largest of sample \($0)", lower: floors[$0])
    }
    model.require("slots", sum(atLeast) { sum($0) { $0 } } <= Double(spare))
    for (expert, copies) in atLeast.enumerated() {
      for (fewer, more) in zip(copies, copies.dropFirst()) {
        model.require("order of expert \(expert)", more <= fewer)
      }
      for (sample, row) in rows.enumerated() where row[expert] > floors[sample] {
        let saved = sum(copies.indices) {
          (row[expert] / Double($0 + 1) - row[expert] / Double($0 + 2)) * copies[$0]
        }
        model.require(
          "share of expert \(expert) in sample \(sample)",
          largest[sample] >= row[expert] - saved)
      }
    }
    switch loads.risk {
    case .mean(let weights):
      tail = nil
      model.minimize(sum(largest.indices) { weights[$0] * largest[$0] })
    case .tail(let count):
      let start = model.variable("tail start")
      let excess = largest.indices.map { model.variable("tail excess of sample \($0)") }
      for (sample, value) in largest.enumerated() {
        model.require("tail of sample \(sample)", value - start <= excess[sample])
      }
      tail = (start, excess, count)
      model.minimize(start + (1 / Double(count)) * sum(excess) { $0 })
    }
    self.model = model
    self.atLeast = atLeast
    self.largest = largest
  }

  /// Copies of each expert in a solution.
  func copies(of values: [Double]) -> [Int] {
    atLeast.map { copies in 1 + copies.filter { values[$0.index] > 0.5 }.count }
  }

  /// The program's values for given copies, to be injected as an incumbent.
  func values(of copies: [Int]) -> [Double] {
    var values = Array(repeating: 0.0, count: model.variables.count)
    var used = copies
    for (expert, variables) in atLeast.enumerated() {
      used[expert] = min(copies[expert], variables.count + 1)
      for variable in variables.prefix(used[expert] - 1) { values[variable.index] = 1 }
    }
    let maxima = rows.enumerated().map { sample, row in
      zip(row, used).reduce(bounds[sample]) { max($0, $1.0 / Double($1.1)) }
    }
    for (sample, value) in maxima.enumerated() { values[largest[sample].index] = value }
    if let tail {
      let start = maxima.sorted(by: >)[tail.count - 1]
      values[tail.start.index] = start
      for (sample, value) in maxima.enumerated() {
        values[tail.excess[sample].index] = max(0, value - start)
      }
    }
    return values
  }
}
