private import Foundation

/// TensorRT-LLM's statistics folder: `meta_info.json` and `rank<k>.safetensors`, summed over ranks.
///
/// A tensor's name is `<iteration>_<layer>`; layers are numbers of the whole model.
public enum TensorRTLoads: LoadFormat {
  public static let name = "tensorrt-llm"
  public static let summary =
    "the folder of EXPERT_STATISTIC_PATH: meta_info.json, rank<k>.safetensors"

  public static func read(
    path: String, _ reading: LoadReading
  ) throws(FormatFault) -> RecordedLoads {
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    let meta = try SourceFile(path: "\(folder)/meta_info.json")
    let experts = try meta.integer("num_experts", of: meta.json(), at: "", least: 1)
    var sums = Sums(experts: experts)
    for rank in try ranks(in: folder) {
      try sums.add(Safetensors(SourceFile(path: "\(folder)/rank\(rank).safetensors")))
    }
    return try sums.loads(of: SourceFile(name: folder, bytes: []))
  }

  /// The numbers of the ranks whose counts are there, ascending; gaps are refused.
  private static func ranks(in folder: String) throws(FormatFault) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let suffix = ".safetensors"
    let ranks = names.compactMap { name -> Int? in
      guard name.hasPrefix("rank"), name.hasSuffix(suffix) else { return nil }
      let digits = name.dropFirst(4).dropLast(suffix.count)
      guard digits.utf8.allSatisfy({ $0 &- 0x30 <= 9 }), let rank = Int(digits),
        "\(rank)" == digits
      else { return nil }
      return rank
    }.sorted()
    guard let last = ranks.last, last == ranks.count - 1 else {
      let lacking = (0...ranks.count).first { !ranks.contains($0) } ?? 0
      throw FormatFault(
        .malformed, file: folder, "rank\(lacking).safetensors is missing",
        fix: "copy the files of all ranks; counts are summed over them")
    }
    return ranks
  }
}

/// Counts of all ranks, by iteration and layer.
private struct Sums {
  private struct Key: Hashable {
    let iteration: Int
    let layer: Int
  }

  let experts: Int
  private var counts: [Key: [Int]] = [:]

  init(experts: Int) {
    self.experts = experts
  }

  mutating func add(_ file: Safetensors) throws(FormatFault) {
    for tensor in file.tensors {
      let parts = tensor.name.split(separator: "_", omittingEmptySubsequences: false)
      guard parts.count == 2, let iteration = Int(parts[0]), let layer = Int(parts[1]),
        iteration >= 0, layer >= 0
      else {
        throw file.source.malformed(
          "tensor '\(tensor.name)' is not named <iteration>_<layer>",
          fix: "record with EXPERT_STATISTIC_ITER_RANGE")
      }
      guard tensor.shape == [experts] else {
        throw file.source.malformed(
          "tensor '\(tensor.name)' has the shape \(tensor.shape), and num_experts is \(experts)",
          fix: "use meta_info.json and tensors of one run")
      }
      let values = try file.integers(tensor)
      let key = Key(iteration: iteration, layer: layer)
      counts[key] = zip(counts[key] ?? Array(repeating: 0, count: experts), values).map { $0 &+ $1 }
      guard values.allSatisfy({ $0 >= 0 && $0 <= 1 << 53 }) else {
        throw file.source.malformed(
          "tensor '\(tensor.name)' has a count below 0 or above 2^53", fix: "record it again")
      }
    }
  }

  /// The sums in order of iteration and layer; one iteration is a sum without steps.
  func loads(of folder: SourceFile) throws(FormatFault) -> RecordedLoads {
    let iterations = Set(counts.keys.map(\.iteration)).sorted()
    let layers = Set(counts.keys.map(\.layer)).sorted()
    guard !iterations.isEmpty else {
      throw folder.malformed(
        "there is no tensor in any rank's file", fix: "record with EXPERT_STATISTIC_ITER_RANGE")
    }
    // Iterations that lack a layer become zeros here and are left out by the reader.
    let none = [Int](repeating: 0, count: experts)
    let tensor = iterations.map { iteration in
      layers.map { counts[Key(iteration: iteration, layer: $0)] ?? none }
    }
    return try RecordedLoads(
      tensor: tensor, steps: iterations.count > 1 ? iterations : nil, layers: layers, of: folder)
  }
}
