import Glibc
import NetworkSharing

func lognormalMatrix(_ ranks: Int, sigma: Double, mean: Double) -> [Double] {
  var g = XorShift()
  func unit() -> Double { (Double(g.draw() >> 11) + 0.5) * 0x1p-53 }
  return (0..<(ranks * ranks)).map { k in
    if k / ranks == k % ranks { return 0 }
    let z = (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit())
    return (mean * exp(sigma * z - sigma * sigma / 2)).rounded()
  }
}

func fluidOnce(_ ranks: Int, fabric: ClusterShape.Fabric, _ fidelity: SharingFidelity) throws {
  var shape = ClusterShape(
    ranks: ranks, ranksPerNode: 8, intraNodeBandwidth: 450e9, interNodeBandwidth: 50e9)
  shape.fabric = fabric
  let links = try ClusterLinks(shape)
  let bytes = lognormalMatrix(ranks, sigma: 1, mean: 1e6)
  let t0 = cpuSeconds()
  let paths = links.allPaths()
  var flows: [BatchFlow] = []
  flows.reserveCapacity(ranks * ranks)
  for s in 0..<ranks {
    for d in 0..<ranks where s != d {
      flows.append(
        BatchFlow(
          path: links.pathID(from: s, to: d), bytes: bytes[s * ranks + d], receiver: Int32(d)))
    }
  }
  let t1 = cpuSeconds()
  let r = try FluidBatch.solve(
    flows, over: links.capacities, paths: paths, receivers: ranks, fidelity: fidelity)
  let t2 = cpuSeconds()
  print(ranks, fabric, fidelity, "makespan", r.makespan, "build", t1 - t0, "solve", t2 - t1)
}
