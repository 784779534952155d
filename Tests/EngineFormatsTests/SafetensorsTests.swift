import EngineFormats
import Testing

/// Damaged safetensors files in a statistics folder.
@Suite struct SafetensorsTests {
  static func header(_ shape: String, _ offsets: String, type: String = "I32") -> String {
    "{\"1_3\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
  }

  static func pair(_ first: String, _ second: String) -> String {
    let parts = [("1_3", first), ("1_4", second)].map { name, offsets in
      "\"\(name)\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":\(offsets)}"
    }
    return "{" + parts.joined(separator: ",") + "}"
  }

  /// Reads a folder whose only rank has `bytes`.
  static func read(_ bytes: [UInt8]) throws -> RecordedLoads {
    let folder = try Folder()
    _ = try folder.write("{\"num_experts\": 2}", to: "meta_info.json")
    try folder.write(bytes, to: "rank0.safetensors")
    return try TensorRTLoads.read(path: folder.path, LoadReading())
  }

  static let eight = [UInt8](repeating: 1, count: 8)

  @Test(
    arguments: [
      ([], "has 0 bytes"),
      ([1, 2, 3], "has 3 bytes"),
      (SafetensorsBytes.file(header: "{}", data: [], length: .max), "header says"),
      (SafetensorsBytes.file(header: "{}", data: [], length: 1 << 63), "header says"),
      (SafetensorsBytes.file(header: "{}", data: [], length: 3), "header says"),
      (SafetensorsBytes.file(header: "[]", data: []), "header is"),
      (SafetensorsBytes.file(header: "{", data: []), "name in quotes"),
      (SafetensorsBytes.file(header: "{}", data: []), "no tensor in any"),
      (SafetensorsBytes.file(header: "{}", data: eight), "belong to no tensor"),
      (SafetensorsBytes.file(header: header("[2]", "[0,8]", type: "X"), data: eight), "dtype"),
      (SafetensorsBytes.file(header: header("[3]", "[0,8]"), data: eight), "needs 12 bytes"),
      (SafetensorsBytes.file(header: header("[2]", "[8,0]"), data: eight), "needs 8 bytes"),
      (SafetensorsBytes.file(header: header("[2]", "[-8,0]"), data: eight), "negative"),
      (SafetensorsBytes.file(header: header("[-2]", "[0,8]"), data: eight), "negative"),
      (SafetensorsBytes.file(header: header("[2]", "[0]"), data: eight), "needs 8 bytes"),
      (SafetensorsBytes.file(header: header("[2]", "[8,16]"), data: eight), "ends behind"),
      (
        SafetensorsBytes.file(
          header: header("[4503599627370496, 4503599627370496]", "[0,8]"), data: eight),
        "impossible shape"
      ),
      (SafetensorsBytes.file(header: pair("[0,8]", "[4,12]"), data: eight + eight), "overlaps"),
      (SafetensorsBytes.file(header: pair("[0,8]", "[0,8]"), data: eight), "overlaps"),
      (SafetensorsBytes.file(header: pair("[0,8]", "[12,20]"), data: eight + eight), "ends behind"),
      (SafetensorsBytes.file(header: header("[1,2]", "[0,8]"), data: eight), "has the shape"),
      (
        SafetensorsBytes.file(
          header: header("[2]", "[0,8]"), data: [255, 255, 255, 255, 0, 0, 0, 0]),
        "below 0"
      ),
      (
        SafetensorsBytes.file(
          header: header("[2]", "[0,8]", type: "F32"), data: [0, 0, 192, 127, 0, 0, 0, 0]),
        "no whole number"
      ),
      (SafetensorsBytes.make([("loads", [1, 2])]), "<iteration>_<layer>"),
      (SafetensorsBytes.make([("1_-3", [1, 2])]), "<iteration>_<layer>"),
    ] as [([UInt8], String)]) func damageIsNamed(_ bytes: [UInt8], _ says: String) throws
  {
    let fault = #expect(throws: FormatFault.self) { try Self.read(bytes) }
    #expect(fault?.message.contains(says) == true, "\(fault?.message ?? "")")
  }

  @Test func soundFilesOfOtherTypesAreRead() throws {
    let one: [UInt8] = [0, 0, 0x80, 0x3F]
    let floats = SafetensorsBytes.file(
      header: Self.header("[2]", "[0,8]", type: "F32"), data: one + one)
    #expect(try Self.read(floats).counts == [[[1, 1]]])
    let bytes = SafetensorsBytes.file(
      header: Self.header("[2]", "[0,2]", type: "U8"), data: [7, 200])
    #expect(try Self.read(bytes).counts == [[[7, 200]]])
  }

  @Test func noChangedByteEndsTheProcess() throws {
    let sound = SafetensorsBytes.make([("1_3", [1, 2]), ("1_4", [3, 4])])
    let folder = try Folder()
    _ = try folder.write("{\"num_experts\": 2}", to: "meta_info.json")
    for seed in 0..<1000 {
      var random = SeededGenerator(seed: seed)
      var bytes = sound
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        // Half of the changes hit the length and the header's beginning.
        let end = Bool.random(using: &random) ? 16 : bytes.count
        bytes[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if seed % 5 == 0 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
      try folder.write(bytes, to: "rank0.safetensors")
      do {
        let loads = try TensorRTLoads.read(path: folder.path, LoadReading())
        #expect(loads.experts == 2, "seed \(seed)")
      } catch {
        #expect(!error.message.isEmpty && !error.fix.isEmpty, "seed \(seed)")
      }
    }
  }
}
