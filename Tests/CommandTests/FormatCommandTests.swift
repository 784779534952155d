import Foundation
import Testing

/// `shunt export` and `shunt import` as scripts use them.
@Suite struct FormatCommandTests {
  /// Two layers of four experts on two ranks of three slots, from layer 1.
  static let placement = """
    {"experts":4,"layers":[{"layer":1,"slots":[0,1,2,3,2,1]},{"layer":2,"slots":[3,0,1,1,2,0]}],
    "model":"tiny","ranks":2,"schemaVersion":1,"slotsPerRank":3}
    """

  @Test(arguments: ["sglang", "tensorrt-llm", "vllm-ascend", "eplb"])
  func everyKindReturnsThePlacement(_ kind: String) throws {
    let folder = try WorkFolder()
    try folder.write(Self.placement, to: "p.json")
    let exported = try Command.run(["export", kind, "p.json", "--output", "map"], in: folder)
    #expect(exported.status == 0, "\(exported.errors)")
    let imported = try Command.run(
      [
        "import", kind, "--placement", "map", "--ranks", "2", "--first-layer", "1", "--model",
        "tiny", "--output", "again.json",
      ], in: folder)
    #expect(imported.status == 0, "\(imported.errors)")
    let before = try JSONSerialization.jsonObject(with: Data(Self.placement.utf8))
    let after = try JSONSerialization.jsonObject(with: Data(try folder.text(of: "again.json").utf8))
    #expect(before as? NSDictionary == after as? NSDictionary)
  }

  @Test func recordedLoadsRunInAScenario() throws {
    let folder = try WorkFolder()
    try folder.write(
      "{\"logical_count\": [[[0,0,0,0,0,0,0,0],[9,1,2,3,4,5,6,7]],[[0,0,0,0,0,0,0,0],[1,1,1,1,1,1,1,9]]]}",
      to: "run.json")
    let imported = try Command.run(
      ["import", "sglang", "run.json", "--output", "routing.json"], in: folder)
    #expect(imported.status == 0, "\(imported.errors)")
    #expect(imported.errors.contains("1 layer without any token is left out"))
    try folder.write(
      SmallScenario.replacing(
        "zipf: { exponent: 0.9 }", by: "trace: { file: routing.json, format: loadTable }"),
      to: "s.yaml")
    for arguments in [["profile", "routing.json"], ["simulate", "s.yaml", "--quiet"]] {
      let run = try Command.run(arguments, in: folder)
      #expect(run.status == 0, "\(arguments): \(run.errors)")
    }
  }

  @Test func layersOfAPlanCanBeRenumbered() throws {
    let folder = try WorkFolder()
    try folder.write(Self.placement, to: "p.json")
    let run = try Command.run(
      ["export", "tensorrt-llm", "p.json", "--first-layer", "3"], in: folder)
    #expect(
      run.output == """
        num_slots: 6
        initial_global_assignments:
          3: [0, 1, 2, 3, 2, 1]
          4: [3, 0, 1, 1, 2, 0]
        layer_updates_per_iter: 0

        """)
  }

  /// Forms without empty slots get another expert's copy in them, and a note says so.
  @Test func emptySlotsAreFilled() throws {
    let folder = try WorkFolder()
    try folder.write(
      """
      {"experts":2,"layers":[{"layer":0,"slots":[0,1,1,-1]}],"model":"tiny","ranks":2,
      "schemaVersion":1,"slotsPerRank":2}
      """, to: "p.json")
    let run = try Command.run(["export", "sglang", "p.json", "--output", "map"], in: folder)
    #expect(run.status == 0)
    #expect(run.errors.contains("empty slot"))
    #expect(try folder.files == ["map", "p.json"])
  }

  @Test(
    arguments: [
      (["export", "numpy", "p.json"], 64), (["import", "sglang", "no.json"], 66),
      (["import", "sglang", "--placement", "p.json", "--ranks", "0"], 64),
      (["export", "sglang", "p.json", "--output", "no/such/folder"], 73),
      (["export", "sglang", "p.json", "--output", "p.json"], 73),
      (["import", "sglang", "p.json"], 65),
    ] as [([String], Int32)])
  func faultsHaveTheirStatus(_ arguments: [String], _ status: Int32) throws {
    let folder = try WorkFolder()
    try folder.write(Self.placement, to: "p.json")
    let run = try Command.run(arguments, in: folder)
    #expect(run.status == status, "\(run.errors)")
    #expect(try folder.text(of: "p.json") == Self.placement)
  }
}
