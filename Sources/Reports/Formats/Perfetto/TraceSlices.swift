internal import Domain
internal import Plan
internal import Quantities

/// Operations as complete slices with what they worked on.
struct TraceSlices {
  /// Experts that a slice names one by one.
  private static let namedExperts = 16

  private let plan: ExecutionPlan
  private let record: RunRecord
  private let threads: TraceThreads
  private var traffic: ExchangeTraffic

  init(plan: ExecutionPlan, record: RunRecord, threads: TraceThreads) {
    self.plan = plan
    self.record = record
    self.threads = threads
    traffic = ExchangeTraffic(plan: plan)
  }

  mutating func write(_ index: Int, to writer: inout TraceWriter) {
    let operation = plan.operations[index]
    let span = record.spans[index]
    writer.beginEvent()
    writer.raw("{\"ph\":\"X\",\"name\":\"")
    writer.plain(Self.name(of: operation))
    writer.raw("\",\"cat\":\"")
    writer.plain(operation.kind.name)
    writer.raw("\",\"ts\":")
    writer.microseconds(span.start.picoseconds)
    writer.raw(",\"dur\":")
    writer.microseconds(max(0, span.duration.picoseconds))
    writer.process(Int(operation.rank))
    writer.thread(Int(threads.ids[index]))
    writer.raw(",\"args\":{\"operation\":")
    writer.integer(index)
    if operation.layer >= 0 {
      writer.raw(",\"layer\":")
      let layer = Int(operation.layer)
      writer.integer(layer < plan.model.layers.count ? plan.model.layers[layer] : layer)
    }
    writeWork(operation, to: &writer)
    if span.heldBy >= 0, Int(span.heldBy) < record.spans.count {
      let held = record.spans[Int(span.heldBy)].start - span.start
      writer.raw(",\"waitedForRank\":")
      writer.integer(Int(plan.operations[Int(span.heldBy)].rank))
      writer.raw(",\"waitedMicroseconds\":")
      writer.microseconds(max(0, held.picoseconds))
    }
    writer.raw("}}")
  }

  /// What the slice is called: the same word for the same work, so that viewers can add it up.
  private static func name(of operation: Plan.Operation) -> String {
    switch operation.work {
    case .gate: "gate"
    case .planning, .solving: "planning"
    case .posting: "posting"
    case .experts: "expert compute"
    case .update: "update"
    case .join, .attention, .memoryPass, .feedForward, .exchange:
      switch operation.kind {
      case .expertCompute: "expert compute"
      case .sharedExperts: "shared experts"
      case .attention, .routing, .dispatch, .combine, .weights, .dense, .collectives, .other:
        operation.kind.name
      }
    }
  }

  private mutating func writeWork(_ operation: Plan.Operation, to writer: inout TraceWriter) {
    if operation.pass != .forward {
      writer.raw(",\"pass\":\"")
      writer.plain(operation.pass.name)
      writer.raw("\"")
    }
    switch operation.work {
    case .join: break
    case .attention(let tokens):
      writer.raw(",\"tokens\":")
      writer.integer(Int64(tokens))
    case .gate(let tokens, let copies):
      writer.raw(",\"tokens\":")
      writer.integer(Int64(tokens))
      writer.raw(",\"copies\":")
      writer.integer(Int64(copies))
    case .planning(let experts):
      writer.raw(",\"experts\":")
      writer.integer(Int64(experts))
    case .solving(let rows, let columns):
      writer.raw(",\"rows\":")
      writer.integer(Int64(rows))
      writer.raw(",\"columns\":")
      writer.integer(Int64(columns))
    case .posting(let messages):
      writer.raw(",\"messages\":")
      writer.integer(Int64(messages))
    case .memoryPass(let bytes, let launches):
      writer.raw(",\"bytes\":")
      writer.rounded(bytes)
      writer.raw(",\"launches\":")
      writer.integer(Int64(launches))
    case .experts(let first, let count): writeExperts(Int(first), Int(count), to: &writer)
    case .feedForward(let tokens, let intermediate):
      writer.raw(",\"tokens\":")
      writer.integer(Int64(tokens))
      writer.raw(",\"intermediate\":")
      writer.integer(Int64(intermediate))
    case .update(let parameters):
      writer.raw(",\"parameters\":")
      writer.rounded(parameters)
    case .exchange(let exchange):
      let bytes = traffic.bytes(of: Int(exchange), rank: Int(operation.rank))
      writer.raw(",\"exchange\":")
      writer.integer(Int64(exchange))
      writer.raw(",\"sentBytes\":")
      writer.rounded(bytes.sent)
      writer.raw(",\"receivedBytes\":")
      writer.rounded(bytes.received)
    }
  }

  private func writeExperts(_ first: Int, _ count: Int, to writer: inout TraceWriter) {
    guard first >= 0, count >= 0, first + count <= plan.expertRows.count else { return }
    let rows = plan.expertRows[first..<(first + count)]
    writer.raw(",\"tokens\":")
    writer.integer(rows.reduce(Int64(0)) { $0 + Int64($1.rows) })
    writer.raw(",\"experts\":")
    writer.integer(count)
    writer.raw(",\"expertIds\":\"")
    for (place, row) in rows.prefix(Self.namedExperts).enumerated() {
      if place > 0 { writer.raw(" ") }
      writer.integer(Int64(row.expert))
    }
    if count > Self.namedExperts { writer.raw(" and more") }
    writer.raw("\"")
  }
}

/// Bytes that each member of an exchange sends to and receives from others, worked out once.
struct ExchangeTraffic {
  private let plan: ExecutionPlan
  private var known: [(sent: [Double], received: [Double])?]

  init(plan: ExecutionPlan) {
    self.plan = plan
    known = Array(repeating: nil, count: plan.exchanges.count)
  }

  mutating func bytes(of exchange: Int, rank: Int) -> (sent: Double, received: Double) {
    guard known.indices.contains(exchange) else { return (0, 0) }
    let totals = known[exchange] ?? totals(plan.exchanges[exchange])
    known[exchange] = totals
    guard let member = plan.exchanges[exchange].members.position(of: rank) else { return (0, 0) }
    return (totals.sent[member], totals.received[member])
  }

  private func totals(_ exchange: Exchange) -> (sent: [Double], received: [Double]) {
    let ranks = Int(exchange.ranks)
    var sent = [Double](repeating: 0, count: ranks)
    var received = sent
    switch exchange.payload {
    case .allToAll(let number, let unitBytes, let isReturn):
      let matrix = plan.matrices[Int(number)]
      guard matrix.ranks == ranks else { return (sent, received) }
      for source in 0..<ranks {
        for destination in 0..<ranks where destination != source {
          let bytes = Double(matrix[source, destination]) * unitBytes
          sent[source] += bytes
          received[destination] += bytes
        }
      }
      return isReturn ? (received, sent) : (sent, received)
    case .transfers(let first, let count):
      for transfer in plan.transfers[Int(first)..<Int(first + count)] {
        let (from, to) = (
          Int(transfer.from - exchange.firstRank), Int(transfer.to - exchange.firstRank)
        )
        if sent.indices.contains(from) { sent[from] += transfer.bytes }
        if received.indices.contains(to) { received[to] += transfer.bytes }
      }
      return (sent, received)
    case .collective(_, let bytes):
      return (
        [Double](repeating: bytes, count: ranks), [Double](repeating: bytes, count: ranks)
      )
    }
  }
}
