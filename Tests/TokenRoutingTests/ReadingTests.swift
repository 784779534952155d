import Testing
import TokenRouting

@Suite struct ReadingTests {
  private func table(_ text: String) throws -> LoadTable {
    try LoadTable(bytes: Array(text.utf8), name: "f")
  }

  @Test func loadTableWithEveryNicety() throws {
    let text =
      "\u{FEFF}workload, layer ,total,e1,e0,note\r\n\r\n\"a\",3,5,2.0,3,x\r\nb,3,4,4,0,y\r\n"
    let read = try table(text)
    #expect(read.keyColumn == "workload")
    #expect(read.keys == ["a", "b"])
    #expect(read.rows.map(\.counts) == [[3, 2], [0, 4]])
    #expect(read.rows.map(\.line) == [3, 4])
    #expect(read.warnings.isEmpty)
    #expect(try read.trace(workload: "b").windows == [[[0, 4]]])
    // Mixed in proportion to totals: the counts add up.
    #expect(try read.trace().windows == [[[3, 6]]])
  }

  @Test func aWrongTotalIsWarnedOf() throws {
    #expect(
      try table("layer,total,e0,e1\n0,3,1,2\n1,9,1,2\n").warnings == [
        "f: in 1 row, first in line 3, 'total' is not the sum of the counts; the counts are used"
      ])
  }

  @Test func windowsAreInTheOrderOfTheFile() throws {
    let trace = try table("window,layer,e0,e1\n4,1,1,0\n4,2,1,1\n2,1,0,3\n2,2,2,2\n").trace()
    #expect(trace.layers == [1, 2])
    #expect(trace.windows == [[[1, 0], [1, 1]], [[0, 3], [2, 2]]])
    #expect(trace.total == [[1, 3], [3, 3]])
  }

  @Test(
    arguments: [
      (
        "workload,layer,total,e0\na,0,1,1\n", "b", nil,
        "f: there is no workload 'b' in the table; choose one of a"
      ),
      (
        "workload,layer,total,e0\na,0,1,1\n", nil, "a",
        "f: the table has no column 'domain' to choose by; it has 'workload': choose with 'workload:"
          + " NAME'"
      ),
      (
        "layer,total,e0\n0,1,1\n", "a", nil,
        "f: the table has no column 'workload' to choose by; leave it out"
      ),
      (
        "layer,total,e0\n0,0,0\n", nil, nil,
        "f: layer 0 has no load on any expert; leave out rows without tokens"
      ),
      (
        "window,layer,e0\n0,0,1\n0,1,1\n1,0,1\n", nil, nil,
        "f: window 1, layer 1 has no row; give every window the same layers"
      ),
    ] as [(String, String?, String?, String)])
  func refusedSelections(text: String, workload: String?, domain: String?, expected: String) throws
  {
    let read = try table(text)
    let error = #expect(throws: RoutingError.self) {
      try read.trace(workload: workload, domain: domain)
    }
    #expect(error?.description == expected)
  }

  @Test func tokenTable() throws {
    let text =
      "domain,sequence,position,experts_hex\na,0,0,000A\na,1,0,ff01\nb,1,1,0203\na,0,1,0405\n"
    let read = try TokenTable(bytes: Array(text.utf8), name: "f")
    #expect(read.experts == [0, 10, 255, 1, 2, 3, 4, 5])
    #expect(read.choicesPerToken == 2)
    #expect(read.names == ["a", "b"])
    #expect(read.sequences == [0, 1, 2, 3])
    #expect(try read.places(domain: "a") == [0..<2, 3..<4])
    #expect(try read.places(domain: nil) == [0..<4])
    let three = try TokenTable(bytes: Array("experts_hex\n17f000\n".utf8), name: "f", digits: 3)
    #expect(three.experts == [383, 0])
  }

  @Test func transitionTable() throws {
    let text =
      "domain,layer_from,layer_to,expert_from,to0,to1\na,0,7,0,1,2\na,0,7,1,3,4\nb,0,7,0,5,6\n"
      + "b,7,9,1,7,8\n"
    let all = try TransitionTable(bytes: Array(text.utf8), name: "f")
    #expect(all.pairs.map(\.counts) == [[6, 8, 3, 4], [0, 0, 7, 8]])
    let one = try TransitionTable(bytes: Array(text.utf8), name: "f", domain: "b")
    #expect(one.pairs.map(\.counts) == [[5, 6, 0, 0], [0, 0, 7, 8]])
    #expect(one.next(after: 7)?.to == 9)
  }

  @Test(arguments: [
    ("layer,total,e0", RoutingFileFormat.loadTable), ("window,layer,e0", .windowTable),
    ("domain,experts_hex", .tokenTable), ("layer_from,layer_to,expert_from,to0", .transitionTable),
  ])
  func formatsAreRecognised(header: String, format: RoutingFileFormat) throws {
    let file = try TemporaryFile(header + "\n")
    #expect(try RoutingFileFormat(path: file.path) == format)
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: RoutingError.self) {
      try LoadTable(path: "no/such.csv", folder: "/nowhere")
    }
    #expect(
      error?.description
        == "no/such.csv: the routing file does not exist; give its path relative to the scenario's"
        + " folder")
    #expect(throws: RoutingError.self) { try LoadTable(path: "/") }
  }
}
