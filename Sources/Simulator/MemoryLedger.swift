import Domain
import Plan
import Quantities

/// Memory of every rank while a plan runs: what is held, the peak, and the first shortage.
struct MemoryLedger {
  private let capacity: Int64
  private let categories = MemoryCategory.allCases.count
  private var held: [Int64]
  private var byCategory: [Int64]
  private(set) var peak: [Int64]
  private var atPeak: [Int64]
  private(set) var shortages: [OutOfMemory?]

  /// A ledger of ranks with `capacity` bytes each that hold what `plan` holds all the time.
  init(plan: ExecutionPlan, capacity: Int64) {
    self.capacity = capacity
    held = [Int64](repeating: 0, count: plan.ranks)
    byCategory = [Int64](repeating: 0, count: plan.ranks * categories)
    peak = held
    atPeak = byCategory
    shortages = [OutOfMemory?](repeating: nil, count: plan.ranks)
    for (rank, resident) in plan.residentBytes.enumerated() {
      for category in MemoryCategory.allCases {
        let bytes = resident[Int(category.rawValue)]
        guard bytes != 0 else { continue }
        apply(bytes, category, to: rank, at: .zero, operation: -1)
      }
    }
  }

  /// Takes or gives back memory of `rank`.
  mutating func apply(
    _ bytes: Int64, _ category: MemoryCategory, to rank: Int, at time: SimTime, operation: Int32
  ) {
    held[rank] += bytes
    let row = rank * categories
    byCategory[row + Int(category.rawValue)] += bytes
    guard held[rank] > peak[rank] else { return }
    peak[rank] = held[rank]
    for index in row..<(row + categories) { atPeak[index] = byCategory[index] }
    if held[rank] > capacity, shortages[rank] == nil {
      shortages[rank] = OutOfMemory(
        rank: RankID(rank), time: time, requestedBytes: bytes, neededBytes: held[rank],
        category: category, operation: operation)
    }
  }

  /// What each rank held at its peak, `[ranks][category]`.
  var peakByCategory: [[Int64]] {
    peak.indices.map { Array(atPeak[($0 * categories)..<(($0 + 1) * categories)]) }
  }
}
