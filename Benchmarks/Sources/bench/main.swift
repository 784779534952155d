import EventKernel
import NetworkSharing

// bench hold
// bench problem TRAFFIC RANKS FABRIC FILE
// bench matrix RANKS
// bench fluid TRAFFIC RANKS FABRIC TOLERANCE|analytic [SIMGRID-OUTPUT]
let words = Array(CommandLine.arguments.dropFirst())

func fabric(_ word: String) -> ClusterShape.Fabric {
  ClusterShape.Fabric(rawValue: word) ?? .railOptimized
}

/// Solves `exchange` and lowers `seconds` to the CPU time it took.
func solve(
  _ exchange: Exchange, _ fidelity: SharingFidelity, _ seconds: inout Double
) throws -> SharingResult {
  let start = cpuSeconds()
  let result = try FluidBatch.solve(
    exchange.flows, over: exchange.links.capacities, paths: exchange.paths,
    receivers: exchange.links.shape.ranks, fidelity: fidelity)
  seconds = min(seconds, cpuSeconds() - start)
  return result
}

switch words.first {
case "hold":
  for pending in [1000, 100_000, 1_000_000] {
    let ladder = hold(EventQueue<Payload>.self, pending: pending, events: 2_000_000)
    let heap = hold(HeapEventQueue<Payload>.self, pending: pending, events: 2_000_000)
    print(
      pending, ladder.eventsPerSecond, heap.eventsPerSecond, ladder.last, ladder.check,
      ladder.last == heap.last && ladder.check == heap.check)
  }
case "problem":
  guard words.count == 5, let traffic = Traffic(rawValue: words[1]), let ranks = Int(words[2])
  else { break }
  writeProblem(try Exchange(traffic, ranks: ranks, fabric: fabric(words[3])), to: words[4])
case "fluid":
  guard words.count >= 5, let traffic = Traffic(rawValue: words[1]), let ranks = Int(words[2])
  else { break }
  let exchange = try Exchange(traffic, ranks: ranks, fabric: fabric(words[3]))
  let fidelity = Double(words[4]).map { SharingFidelity.fluid(tolerance: $0) } ?? .analytic
  // Small problems are solved again, so that the first touch of memory and code does not count.
  var seconds = Double.infinity
  var passes = 0
  var result = try solve(exchange, fidelity, &seconds)
  while seconds < 0.05 && passes < 4 {
    result = try solve(exchange, fidelity, &seconds)
    passes += 1
  }
  var differences = "- -"
  let other = words.count > 5 ? readNumbers(words[5]) : []
  if !other.isEmpty {
    differences =
      "\(largestDifference([result.makespan], Array(other.prefix(1)))) "
      + "\(largestDifference(result.receiverFinish, Array(other.dropFirst())))"
  }
  print(seconds, result.makespan, peakMegabytes(), differences)
case "matrix":
  guard words.count == 2, let ranks = Int(words[1]) else { break }
  try measureMatrix(ranks)
default:
  print("usage: bench hold | problem … | fluid …")
}
