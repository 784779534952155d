/// Finds links that can never be full, so that flows need not be told apart by them.
///
/// A link is slack when everything that enters it has to pass narrower links on the way, and those
/// together carry no more than it does: the NVLink of a rank that only passes on what eight NICs
/// bring in, say. Max-min rates without the link then keep within it, and so are the rates with it.
///
/// Where results may be inexact, a link also counts as slack for the flows behind narrower links
/// when the others on it are brief: through within a step at half its capacity.
struct SlackLinks {
  /// Whether each link is slack.
  private(set) var isSlack: [Bool]
  /// Whether some flow reaches the link past nothing narrower, though only briefly.
  private var isBrief: [Bool]
  private let capacities: [Double]

  /// Judges the links by the flows on `active` paths.
  ///
  /// - Parameters:
  ///   - bytes: What is left on each of these paths; empty where results are exact.
  ///   - step: The length of a step in seconds where results may be inexact.
  /// - Complexity: O(links of all active paths).
  init(active: [Int32], bytes: [Double], step: Double, paths: PathTable, capacities: [Double]) {
    self.capacities = capacities
    isSlack = Array(repeating: false, count: capacities.count)
    isBrief = isSlack
    var isOpen = isSlack
    var openBytes = Array(repeating: 0.0, count: bytes.isEmpty ? 0 : capacities.count)
    for (index, path) in active.enumerated() {
      let links = paths[PathID(Int(path))]
      for place in links.indices where Self.guardian(of: place, in: links, capacities) == nil {
        isOpen[Int(links[place])] = true
        if !bytes.isEmpty { openBytes[Int(links[place])] += bytes[index] }
      }
    }
    for (link, bytes) in openBytes.enumerated() where isOpen[link] {
      guard bytes <= capacities[link] * step / 2 else { continue }
      isOpen[link] = false
      isBrief[link] = true
    }
    var inflow = Array(repeating: 0.0, count: capacities.count)
    var seen = PairSet()
    for path in active {
      let links = paths[PathID(Int(path))]
      for place in links.indices where !isOpen[Int(links[place])] {
        guard let guardian = Self.guardian(of: place, in: links, capacities),
          seen.insert(links[place], guardian)
        else { continue }
        inflow[Int(links[place])] += capacities[Int(guardian)]
        isSlack[Int(links[place])] = true
      }
    }
    for link in isSlack.indices where inflow[link] > capacities[link] * (1 + 1e-12) {
      isSlack[link] = false
    }
  }

  /// Whether a flow on the path `links` need not mind the link at `place`.
  @inline(__always)
  func mayDrop(_ place: Int, of links: ArraySlice<Int32>) -> Bool {
    guard isSlack[Int(links[place])] else { return false }
    return !isBrief[Int(links[place])]
      || Self.guardian(of: place, in: links, capacities) != nil
  }

  /// The nearest narrower link before `place` on the path, or else after it.
  private static func guardian(
    of place: Int, in links: ArraySlice<Int32>, _ capacities: [Double]
  ) -> Int32? {
    let capacity = capacities[Int(links[place])]
    var other = place - 1
    while other >= links.startIndex {
      if capacities[Int(links[other])] < capacity { return links[other] }
      other -= 1
    }
    other = place + 1
    while other < links.endIndex {
      if capacities[Int(links[other])] < capacity { return links[other] }
      other += 1
    }
    return nil
  }
}

/// A set of pairs of small numbers, by open addressing; it only grows.
struct PairSet {
  private var table = [UInt64](repeating: .max, count: 1024)
  private var count = 0

  /// Adds a pair; tells whether it is new.
  mutating func insert(_ first: Int32, _ second: Int32) -> Bool {
    if count * 2 > table.count { grow() }
    let key = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    let place = place(of: key)
    guard table[place] != key else { return false }
    table[place] = key
    count += 1
    return true
  }

  private func place(of key: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: hashed(key)) & (table.count - 1)
    while table[place] != key && table[place] != .max { place = (place + 1) & (table.count - 1) }
    return place
  }

  private mutating func grow() {
    let old = table
    table = [UInt64](repeating: .max, count: old.count * 2)
    for key in old where key != .max { table[place(of: key)] = key }
  }
}

/// `key` with its bits well mixed.
@inline(__always)
func hashed(_ key: UInt64) -> UInt64 {
  let mixed = (key ^ (key >> 32)) &* 0x9E37_79B9_7F4A_7C15
  return mixed ^ (mixed >> 29)
}
