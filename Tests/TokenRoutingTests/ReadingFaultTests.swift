import Testing

@testable import TokenRouting

/// What a faulty routing file is answered with: the kind, the place and the text.
@Suite struct ReadingFaultTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let text: String
    let expected: String

    init(_ text: String, _ expected: String) {
      self.text = text
      self.expected = expected
    }

    var testDescription: String { expected }
  }

  @Test(arguments: [
    Fault("", "f: the file is empty; write the table again; it may be cut off"),
    Fault("\u{FEFF}\r\n\r\n", "f: the file is empty; write the table again; it may be cut off"),
    Fault(
      "workload,layer,total,e0,e1\n",
      "f: the file has a header but no rows; write the table again; it may be cut off"),
    Fault(
      "workload,total,e0\na,1,1\n",
      "f:1: column 'layer' is missing; a loadTable needs it; the header has workload, total, e0"),
    Fault(
      "layer,e0\n0,1\n",
      "f:1: column 'total' is missing; a loadTable needs it; the header has layer, e0"),
    Fault(
      "layer,total\n0,1\n",
      "f:1: there are no columns e0, e1, …; give one column for each expert; the header has layer,"
        + " total"),
    Fault(
      "layer,total,e0,e2\n0,1,1,0\n",
      "f:1: column 'e1' is missing; expert columns run from e0 without gaps"),
    Fault("layer,total,e0,e0\n0,1,1,0\n", "f:1: column 'e0' stands twice; name every column once"),
    Fault(
      "layer,total,e0,e00\n0,1,1,0\n",
      "f:1: expert 0 has two columns; name every column once"),
    Fault(
      "layer,total,e0,e1\n0,2,1,1\n1,2,1\n",
      "f:3: the row has 3 fields where the header has 4; complete the row; the file may have been"
        + " cut off"),
    Fault(
      "layer,total,e0,e1\r\n0,2,1,1,7\r\n",
      "f:2: the row has 5 fields where the header has 4; complete the row; the file may have been"
        + " cut off"),
    Fault(
      "layer,total,e0,e1\n0,2,NaN,1\n",
      "f:2:5: 'NaN' in column 'e0' is not a finite number; write a whole number of at least 0"),
    Fault(
      "layer,total,e0,e1\n0,2,1,inf\n",
      "f:2:7: 'inf' in column 'e1' is not a finite number; write a whole number of at least 0"),
    Fault(
      "layer,total,e0,e1\n0,2,-3,5\n",
      "f:2:5: '-3' in column 'e0' is negative; write a whole number of at least 0"),
    Fault(
      "layer,total,e0,e1\n0,2,0.5,1.5\n",
      "f:2:5: '0.5' in column 'e0' is not a whole number; write a whole number of at least 0"),
    Fault(
      "layer,total,e0,e1\n0,2,,2\n",
      "f:2:5: the field in column 'e0' is empty; write a whole number of at least 0"),
    Fault(
      "layer,total,e0,e1\n0,2,one,2\n",
      "f:2:5: 'one' in column 'e0' is not a number; write a whole number of at least 0"),
    Fault(
      "layer,total,e0,e1\n0,2,99999999999999999999999,2\n",
      "f:2:5: '99999999999999999999999' in column 'e0' is larger than 2^53; write a whole number of"
        + " at least 0"),
    Fault(
      "layer,total,e0,e1\n0,2,1e300,2\n",
      "f:2:5: '1e300' in column 'e0' is larger than 2^53; write a whole number of at least 0"),
    Fault(
      "layer,total,e0\n\"0,1,1\n",
      "f:2: the row has 1 fields where the header has 3; complete the row; the file may have been"
        + " cut off"),
  ])
  func loadTable(_ fault: Fault) {
    let error = #expect(throws: RoutingError.self) {
      try LoadTable(bytes: Array(fault.text.utf8), name: "f")
    }
    #expect(error?.description == fault.expected)
  }

  @Test(arguments: [
    Fault(
      "domain,experts\na,00\n",
      "f:1: column 'experts_hex' is missing; a tokenTable needs it; the header has domain, experts"),
    Fault(
      "experts_hex\n0001\n00\n",
      "f:3:1: the token has 1 expert numbers where the first one has 2; give every token all"
        + " layers; the file may have been cut off"),
    Fault(
      "domain,experts_hex\na,000g\n",
      "f:2:6: 'g' in 'experts_hex' is not a hexadecimal digit; use 0 to 9 and a to f only"),
    Fault(
      "experts_hex\n001\n",
      "f:2:1: 'experts_hex' has 3 digits, not a multiple of 2; write every expert with 2"
        + " hexadecimal digits (3 above 256 experts)"),
    Fault(
      "domain,experts_hex\na,\n",
      "f:2:3: 'experts_hex' has 0 digits, not a multiple of 2; write every expert with 2"
        + " hexadecimal digits (3 above 256 experts)"),
  ])
  func tokenTable(_ fault: Fault) {
    let error = #expect(throws: RoutingError.self) {
      try TokenTable(bytes: Array(fault.text.utf8), name: "f")
    }
    #expect(error?.description == fault.expected)
  }

  @Test(arguments: [
    Fault(
      "layer_from,layer_to,to0\n0,1,5\n",
      "f:1: column 'expert_from' is missing; a transitionTable needs it; the header has"
        + " layer_from, layer_to, to0"),
    Fault(
      "layer_from,layer_to,expert_from,to0,to1\n0,1,2,5,5\n",
      "f:2:5: expert_from 2 is beyond the 2 experts of the header; give one column 'to…' for each"
        + " expert"),
  ])
  func transitionTable(_ fault: Fault) {
    let error = #expect(throws: RoutingError.self) {
      try TransitionTable(bytes: Array(fault.text.utf8), name: "f")
    }
    #expect(error?.description == fault.expected)
  }

  /// No text of a few characters from the formats' alphabet makes a reader trap.
  @Test(arguments: 0..<40)
  func noTextTraps(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    let pieces = [
      "layer", "total", "e0", "e1", "window", "domain", ",", "\n", "\r\n", "\"", "0", "-1", "7.0",
      "9007199254740993", "\u{FEFF}", " ", "experts_hex", "expert_from", "layer_from", "layer_to",
      "to0", "ff", "0a0b", "é", "\0",
    ]
    for _ in 0..<200 {
      let text = (0..<Int.random(in: 0..<40, using: &generator))
        .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }.joined()
      let bytes = Array(text.utf8)
      _ = try? LoadTable(bytes: bytes, name: "f").trace()
      _ = try? TokenTable(bytes: bytes, name: "f")
      _ = try? TransitionTable(bytes: bytes, name: "f")
    }
  }

  /// Cutting a good file anywhere gives a table or an error, never a trap.
  @Test func truncatedFiles() {
    let text = "workload,layer,total,e0,e1\na,0,3,1,2\na,1,3,2,1\n"
    for length in 0...text.utf8.count {
      _ = try? LoadTable(bytes: Array(text.utf8.prefix(length)), name: "f").trace()
    }
  }
}

/// SplitMix64, so that a failing world can be run again from its seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
