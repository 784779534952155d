import Glibc
import NetworkSharing

/// How the bytes of an exchange are spread over pairs of ranks.
enum Traffic: String, CaseIterable {
  /// Every pair, lognormal sizes.
  case dense
  /// One pair in eight.
  case sparse
  /// Every pair, and ten times as much to two ranks.
  case hot
}

/// An exchange on a cluster, with its paths.
struct Exchange {
  var links: ClusterLinks
  var paths: PathTable
  var flows: [BatchFlow] = []

  /// Draws an exchange; the same arguments give the same one.
  init(
    _ traffic: Traffic, ranks: Int, fabric: ClusterShape.Fabric, latencies: Bool = false
  ) throws {
    var shape = ClusterShape(
      ranks: ranks, ranksPerNode: 8, intraNodeBandwidth: 450e9,
      intraNodeLatency: latencies ? 0.7e-6 : 0, interNodeBandwidth: 50e9,
      interNodeLatency: latencies ? 5e-6 : 0)
    shape.fabric = fabric
    links = try ClusterLinks(shape)
    paths = links.allPaths()
    flows.reserveCapacity(ranks * ranks)
    var generator = XorShift()
    for source in 0..<ranks {
      for destination in 0..<ranks where source != destination {
        let bytes = traffic.bytes(to: destination, of: ranks, &generator)
        guard bytes > 0 else { continue }
        flows.append(
          BatchFlow(
            path: links.pathID(from: source, to: destination), bytes: bytes,
            start: links.latency(from: source, to: destination), receiver: Int32(destination)))
      }
    }
  }
}

extension Traffic {
  /// Whole bytes from one rank to `destination`.
  func bytes(to destination: Int, of ranks: Int, _ generator: inout XorShift) -> Double {
    let radius = (-2 * log(generator.unit())).squareRoot()
    let normal = radius * cos(2 * .pi * generator.unit())
    let size = (4e6 * exp(normal - 0.5)).rounded()
    let chosen = generator.unit()
    switch self {
    case .dense: return size
    case .sparse: return chosen < 0.125 ? size : 0
    case .hot: return destination % (ranks / 2) == 3 ? 10 * size : size
    }
  }
}

extension XorShift {
  /// A number between zero and one, without either.
  mutating func unit() -> Double { (Double(draw() >> 11) + 0.5) * 0x1p-53 }
}

/// Writes `exchange` for `cpp/fluid.cpp`: links, then flows with their paths.
func writeProblem(_ exchange: Exchange, to path: String) {
  guard let file = fopen(path, "w") else { return }
  defer { fclose(file) }
  func put(_ text: String) { fputs(text, file) }
  let ranks = exchange.links.shape.ranks
  put("\(ranks) \(exchange.links.capacities.count) \(exchange.flows.count)\n")
  for capacity in exchange.links.capacities { put("\(capacity)\n") }
  for flow in exchange.flows {
    let source = Int(flow.path.index) / ranks
    let links = exchange.links.path(from: source, to: Int(flow.receiver))
    put("\(source) \(flow.receiver) \(flow.start) \(Int(flow.bytes)) \(links.count)")
    for link in links { put(" \(link)") }
    put("\n")
  }
}

/// The largest relative difference between two lists of times.
func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).map { $1 == $0 ? 0 : abs($0 - $1) / max(abs($1), 1e-300) }.max() ?? 0
}

/// The numbers of a file, one a line.
func readNumbers(_ path: String) -> [Double] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var numbers: [Double] = []
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil { numbers.append(strtod(line, nil)) }
  return numbers
}

/// Most memory this process has held, in MB.
func peakMegabytes() -> Double {
  var usage = rusage()
  getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) / 1000
}

/// Prints the CPU seconds of reading a matrix of `ranks`, of its closed form and of a whole study
/// with a tolerance of 1 %, and the most memory held.
func measureMatrix(_ ranks: Int) throws {
  let exchange = try Exchange(.dense, ranks: ranks, fabric: .railOptimized)
  var bytes = Array(repeating: 0.0, count: ranks * ranks)
  for flow in exchange.flows { bytes[Int(flow.path.index)] = flow.bytes }
  let rows = (0..<ranks).map { row in
    bytes[(row * ranks)..<((row + 1) * ranks)].map { "\(Int($0))" }.joined(separator: ",")
  }
  let text = Array(rows.joined(separator: "\n").utf8)
  let start = cpuSeconds()
  let matrix = try TrafficMatrix.read(csv: text)
  let read = cpuSeconds()
  let bound = exchange.links.bound(matrix)
  let bounded = cpuSeconds()
  let report = try TrafficStudy.run(
    matrix, over: exchange.links, fidelity: .fluid(tolerance: 0.01))
  print(
    "read", read - start, "bound", bounded - read, "study", cpuSeconds() - bounded,
    report.makespanSeconds / bound.makespan)
}
