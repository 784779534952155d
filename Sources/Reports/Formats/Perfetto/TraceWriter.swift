/// Trace events as bytes: hundreds of thousands of them without a string each.
struct TraceWriter {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Text that needs no escaping: digits, names from our own tables.
  mutating func plain(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func integer(_ value: Int64) {
    guard value != 0 else {
      bytes.append(0x30)
      return
    }
    if value < 0 { bytes.append(0x2D) }
    var rest = value.magnitude
    let start = bytes.count
    while rest > 0 {
      bytes.append(0x30 + UInt8(rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }

  mutating func integer(_ value: Int) { integer(Int64(value)) }

  /// Picoseconds as microseconds, exact, without zeros at the end.
  mutating func microseconds(_ picoseconds: Int64) {
    integer(picoseconds / 1_000_000)
    var fraction = (picoseconds % 1_000_000).magnitude
    guard fraction > 0 else { return }
    bytes.append(0x2E)
    var unit: UInt64 = 100_000
    while fraction > 0 {
      bytes.append(0x30 + UInt8(fraction / unit))
      fraction %= unit
      unit /= 10
    }
  }

  /// The whole number nearest to `value`; 0 for what is not finite.
  mutating func rounded(_ value: Double) {
    integer(Int64(exactly: value.rounded()) ?? 0)
  }

  /// Begins an event; the separator before it is written here.
  mutating func beginEvent() {
    if !isFirst { bytes.append(0x2C) }
    isFirst = false
    bytes.append(0x0A)
  }

  /// Process ids start at 1, for 0 is the idle process of a machine.
  mutating func process(_ rank: Int) {
    raw(",\"pid\":")
    integer(rank + 1)
  }

  mutating func thread(_ id: Int) {
    raw(",\"tid\":")
    integer(id)
  }

  mutating func metadata(_ kind: String, rank: Int, thread id: Int?, _ arguments: String) {
    beginEvent()
    raw("{\"ph\":\"M\",\"name\":\"")
    plain(kind)
    raw("\"")
    process(rank)
    if let id { thread(id) }
    raw(",\"args\":{")
    plain(arguments)
    raw("}}")
  }
}
