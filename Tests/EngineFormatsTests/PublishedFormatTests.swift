import Domain
import EngineFormats
import Foundation
import Testing

/// Files that the tools themselves published or wrote.
@Suite struct PublishedFormatTests {
  static let folder: URL = {
    let environment = ProcessInfo.processInfo.environment["SHUNT_SHARED_DATA"]
    let repository = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let data =
      environment.map { URL(fileURLWithPath: $0) }
      ?? repository.deletingLastPathComponent().appendingPathComponent("shared/data")
    return data.appendingPathComponent("public/formats")
  }()
  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

  @Test(.enabled(if: isThere, "the shared data folder is missing"))
  func ascendExampleSurvivesARoundTrip() throws {
    let path = Self.folder.appendingPathComponent("vllm_ascend_expert_map_example.json").path
    let source = try SourceFile(path: path)
    let placement = try AscendMap.read(source, MapReading())
    #expect(placement.ranks == 2)
    #expect(placement.experts == 8)
    #expect(placement.layers.map(\.slots) == [[7, 2, 0, 3, 5, 6, 1, 4, 7, 2]])
    let written =
      try JSONSerialization.jsonObject(
        with: Data(AscendMap.write(placement).text.utf8)) as? NSDictionary
    let original = try JSONSerialization.jsonObject(with: Data(source.bytes)) as? NSDictionary
    #expect(written == original)
  }

  /// What `rebalance_experts` returned, read and written again: the same maps, copies in slot order.
  @Test(.enabled(if: isThere, "the shared data folder is missing"))
  func eplbOutputsSurviveARoundTrip() throws {
    let file = Self.folder.appendingPathComponent("eplb_reference.json")
    let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    var read = 0
    for entry in try #require(root?["cases"] as? [[String: Any]]) {
      let name = entry["name"] as? String ?? ""
      guard let maps = entry["physical_to_logical_map"] as? [[Int]],
        let gpus = entry["num_gpus"] as? Int
      else { continue }
      let text = String(
        decoding: try JSONSerialization.data(withJSONObject: entry), as: UTF8.self)
      let placement: ExpertPlacement
      do {
        placement = try EPLBMap.read(SourceFile(text), MapReading(ranks: gpus))
      } catch {
        // The balancer may put two copies of an expert on one GPU, which placements rule out.
        #expect(error.message.contains("twice"), "\(name): \(error.message)")
        continue
      }
      read += 1
      let written =
        try JSONSerialization.jsonObject(
          with: Data(EPLBMap.write(placement).text.utf8)) as? [String: Any]
      #expect(written?["physical_to_logical_map"] as? [[Int]] == maps, "\(name)")
      if let counts = entry["expert_count"] as? [[Int]] {
        #expect(written?["expert_count"] as? [[Int]] == counts, "\(name)")
      }
      if let stated = entry["logical_to_physical_map"] as? [[[Int]]] {
        let ours = written?["logical_to_physical_map"] as? [[[Int]]]
        #expect(ours?.map { $0.map { $0.sorted() } } == stated.map { $0.map { $0.sorted() } })
      }
    }
    #expect(read > 0)
  }
}
