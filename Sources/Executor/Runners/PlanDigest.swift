private import Domain
private import Plan

/// A number that tells different plans, tokens and seeds apart, the same in every process.
public struct PlanDigest: Hashable, Sendable {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  /// Mixes in a number (FNV-1a over its bytes).
  public mutating func add(_ number: Int) {
    var rest = UInt64(bitPattern: Int64(number))
    for _ in 0..<8 {
      value = (value ^ (rest & 0xFF)) &* 0x0000_0100_0000_01B3
      rest >>= 8
    }
  }

  public mutating func add(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    add(text.utf8.count)
  }

  /// Mixes in all that ranks must agree on in a plan.
  public mutating func add(_ world: PlanWorld) {
    let plan = world.plan
    add(plan.ranks)
    add(Int(truncatingIfNeeded: world.tokens.seed))
    add(world.tokens.parts.count)
    for operation in plan.operations {
      add(
        Int(operation.rank) << 16 | Int(operation.kind.rawValue) << 8 | Int(operation.lane.rawValue)
      )
      add(Int(operation.layer))
      add(Int(operation.microBatch) << 8 | Int(operation.pass.rawValue))
    }
    for dependency in plan.dependencies { add(dependency.index) }
    for rows in plan.expertRows { add(Int(rows.expert) << 32 | Int(rows.rows)) }
    for matrix in plan.matrices {
      for amount in matrix.amounts { add(Int(amount.bitPattern)) }
    }
    for transfer in plan.transfers {
      add(Int(transfer.from) << 40 | Int(transfer.to) << 20 | Int(transfer.expert))
    }
    for outcome in plan.layerOutcomes {
      for segment in outcome.assignment?.segments ?? [] {
        add(Int(segment.expert) << 44 | Int(segment.rank) << 28 | Int(segment.count))
      }
    }
  }
}
