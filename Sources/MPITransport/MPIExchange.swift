private import CMPI
public import Executor
private import Plan

/// Exchanges over MPI: all-to-alls as `MPI_Alltoallv`, weights and gradients point to point.
public struct MPIExchange: Transport, Sendable {
  private let world: MPIWorld
  private let groupSize: Int

  /// - Parameter groupSize: ranks of an expert-parallel group; ``MPIWorld/group(by:)`` was called
  ///   with it.
  public init(_ world: MPIWorld, groupSize: Int) {
    self.world = world
    self.groupSize = groupSize
  }

  public func exchange(
    _ part: ExchangePart, number exchange: Int, rank: Int
  ) throws(ExecutionError) {
    switch part.form {
    case .barrier:
      try world.call("exchange \(exchange)") { shunt_mpi_barrier(members(of: part)) }
    case .sum:
      for region in part.receives {
        try world.call("exchange \(exchange)") {
          shunt_mpi_sum_floats(members(of: part), region.start, Int32(region.count))
        }
      }
    case .allToAll: try allToAll(part, exchange)
    case .pointToPoint: try messages(part, exchange)
    }
  }

  /// The communicator of the part's ranks: all of them, their group, or those with the same place in
  /// every group.
  private func members(of part: ExchangePart) -> Int32 {
    let all = part.members.count == world.size
    return Int32(
      all ? SHUNT_MPI_WORLD : part.members.stride == 1 ? SHUNT_MPI_GROUP : SHUNT_MPI_PEERS)
  }

  private func allToAll(_ part: ExchangePart, _ exchange: Int) throws(ExecutionError) {
    guard let sent = part.sends.first?.start, let received = part.receives.first?.start else {
      return
    }
    let sends = part.sends.map { Int32($0.count) }
    let sendOffsets = part.sends.map { Int32($0.start - sent) }
    let receives = part.receives.map { Int32($0.count) }
    let receiveOffsets = part.receives.map { Int32($0.start - received) }
    let members = members(of: part)
    try world.call("exchange \(exchange)") {
      shunt_mpi_all_to_all(
        members, sent, sends, sendOffsets, received, receives, receiveOffsets)
    }
  }

  private func messages(_ part: ExchangePart, _ exchange: Int) throws(ExecutionError) {
    var requests = [UnsafeMutableRawPointer?](
      repeating: nil, count: part.sends.count + part.receives.count)
    let tag = Int32(exchange % 32_000)
    var code: Int32 = 0
    for (index, region) in part.receives.enumerated() where code == 0 {
      code = shunt_mpi_receive(
        region.start, Int32(region.count), Int32(region.peer), tag, &requests[index])
    }
    for (index, region) in part.sends.enumerated() where code == 0 {
      code = shunt_mpi_send(
        region.start, Int32(region.count), Int32(region.peer), tag,
        &requests[part.receives.count + index])
    }
    guard code == 0 else { throw .system("rank \(world.rank): MPI error \(code)") }
    guard !requests.isEmpty else { return }
    try world.call("exchange \(exchange)") {
      shunt_mpi_wait(&requests, Int32(requests.count))
    }
  }
}
