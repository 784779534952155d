import EngineFormats
import Foundation
import Testing
import TokenRouting

/// Recorded loads that become tables.
@Suite struct LoadTests {
  @Test func sglangStepsBecomeWindows() throws {
    let folder = try Folder()
    // Layer 0 is dense; step 1 was cut before layer 2.
    let file = try folder.write(
      "{\"logical_count\": [[[0,0],[1,2],[3,4]], [[0,0],[1,1],[0,0]], [[0,0],[5,6],[7,8]]]}",
      to: "run.json")
    let loads = try SGLangLoads.read(path: file, LoadReading())
    #expect(loads.layers == [1, 2])
    #expect(loads.steps == [0, 2])
    #expect(loads.notes.count == 2)
    let text = try LoadTableText.write([loads])
    #expect(
      text == """
        workload,window,layer,total,e0,e1
        run,0,1,3,1,2
        run,0,2,7,3,4
        run,2,1,11,5,6
        run,2,2,15,7,8

        """)
    let trace = try LoadTable(bytes: Array(text.utf8), name: "t").trace(workload: "run")
    #expect(trace.windows == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
  }

  @Test func aMatrixBecomesALoadTable() throws {
    let folder = try Folder()
    let file = try folder.write("{\"weight\": [[1, 2, 3], [4, 5, 6]]}", to: "a,b.json")
    let text = try LoadTableText.write([
      try EPLBLoads.read(path: file, LoadReading(firstLayer: 3)),
      try EPLBLoads.read(path: file, LoadReading(firstLayer: 3)),
    ])
    #expect(
      text == """
        workload,layer,total,e0,e1,e2
        a_b,3,6,1,2,3
        a_b,4,15,4,5,6
        a_b-2,3,6,1,2,3
        a_b-2,4,15,4,5,6

        """)
    let table = try LoadTable(bytes: Array(text.utf8), name: "t")
    #expect(table.keys == ["a_b", "a_b-2"])
    #expect(try table.trace().total == [[2, 4, 6], [8, 10, 12]])
  }

  @Test func fractionsKeepTheirProportions() throws {
    let folder = try Folder()
    let file = try folder.write("[[0.25, 0.5], [0.75, 0]]", to: "w.json")
    let loads = try EPLBLoads.read(path: file, LoadReading())
    // The largest, 0.75, becomes nine digits.
    #expect(loads.counts == [[[250_000_000, 500_000_000], [750_000_000, 0]]])
    #expect(loads.notes.count == 1)
  }

  @Test func tensorRTCountsAreSummedOverRanks() throws {
    let folder = try Folder()
    _ = try folder.write("{\"num_experts\": 2, \"num_experts_per_token\": 1}", to: "meta_info.json")
    try folder.write(
      SafetensorsBytes.make([("100_3", [1, 2]), ("101_3", [3, 0])]), to: "rank0.safetensors")
    try folder.write(
      SafetensorsBytes.make([("100_3", [10, 0]), ("101_3", [0, 5])]), to: "rank1.safetensors")
    try folder.write([1, 2, 3], to: "rank0_raw.safetensors")
    let loads = try TensorRTLoads.read(path: folder.path, LoadReading())
    #expect(loads.steps == [100, 101])
    #expect(loads.layers == [3])
    #expect(loads.counts == [[[11, 2]], [[3, 5]]])
  }

  @Test func earlySGLangTablesAreRead() throws {
    let file = try Folder().kept {
      try $0.write("layer_id,expert_id,count\n3,0,5\n3,2,7\n4,1,9\n3,0,1\n", to: "t.csv")
    }
    let loads = try SGLangLoads.read(path: file.path, LoadReading())
    #expect(loads.layers == [3, 4])
    #expect(loads.counts == [[[6, 0, 7], [0, 9, 0]]])
  }

  @Test func aMissingRankIsNamed() throws {
    let folder = try Folder()
    _ = try folder.write("{\"num_experts\": 2}", to: "meta_info.json")
    try folder.write(SafetensorsBytes.make([("1_3", [1, 2])]), to: "rank1.safetensors")
    let fault = #expect(throws: FormatFault.self) {
      try TensorRTLoads.read(path: folder.path, LoadReading())
    }
    #expect(fault?.message == "rank0.safetensors is missing")
  }

  @Test(arguments: [
    "{\"req_id\": 1, \"layer\": 1, \"topk_ids\": [0, 2]}\n{\"layer\": 1, \"topk_ids\": [2, -1]}\n",
    "layer_id,experts\n1,\"0 2\"\n\n1,\"2 -1\"\n", "1,[0, 2]\r\n1,2\r\n",
  ]) func choicesAreAddedUp(_ text: String) throws {
    let file = try Folder().kept { try $0.write(text, to: "t.txt") }
    let loads = try TokenChoiceLoads.read(path: file.path, LoadReading(experts: 4))
    #expect(loads.counts == [[[1, 0, 2, 0]]])
    #expect(loads.layers == [1])
    let inferred = try TokenChoiceLoads.read(path: file.path, LoadReading())
    #expect(inferred.experts == 3)
    #expect(inferred.notes.count == 1)
  }

  @Test(arguments: [
    ("sglang", "{\"logical_count\": [[1, -2]]}", "has -2.0 tokens"),
    ("sglang", "{\"logical_count\": [[0, 0]]}", "no expert received any token"),
    ("sglang", "{\"logical_count\": [[0.5, 0]]}", "has 0.5 tokens"),
    ("sglang", "{\"logical_count\": 3}", "a number, not rows"),
    ("sglang", "{\"logical_count\": [[1, 2], [1]]}", "has 1 experts"),
    ("sglang", "{\"logical_count\": [[[1, 2]], [[1, 2], [3, 4]]]}", "other sizes"),
    ("sglang", "{\"logical_count\": [[9007199254740992, 1]]}", "above 2^53"),
    ("sglang", "{\"weight\": [[1]]}", "no 'logical_count'"),
    ("eplb", "{\"weight\": [[true]]}", "is true or false, not a list of numbers"),
    ("eplb", "[]", "not rows of numbers"),
    ("sglang", "layer_id,expert_id,count\n1,2", "not layer_id,expert_id,count"),
    ("sglang", "layer_id,expert_id,count\n1,2,-3", "not layer_id,expert_id,count"),
    ("sglang", "layer_id,expert_id,count\n", "has no rows"),
    ("vllm", "{\"layer\": 1}", "no 'layer' and list"),
    ("vllm", "1,\"3 x\"", "is no expert"),
    ("vllm", "1,\"3 99999999999999999999\"", "is no expert"),
    ("vllm", "-1,\"3\"", "no layer of a model"),
    ("vllm", "", "has no choices"),
  ]) func damagedRecordsAreNamed(_ kind: String, _ text: String, _ says: String) throws {
    let format = try #require(EngineFormats.loads(named: kind))
    let file = try Folder().kept { try $0.write(text, to: "r.json") }
    let fault = #expect(throws: FormatFault.self) {
      try format.read(path: file.path, LoadReading())
    }
    #expect(fault?.message.contains(says) == true, "\(fault?.message ?? "")")
  }

  @Test func aFileThatIsNotThereIsUnreadable() throws {
    for format in EngineFormats.loads {
      let fault = #expect(throws: FormatFault.self) {
        try format.read(path: "no/such/file", LoadReading())
      }
      #expect(fault?.kind == .unreadable, "\(format.name)")
    }
  }
}
