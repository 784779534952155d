/// SGLang's recorded `logical_count`, or the CSV `layer_id,expert_id,count` of its early versions.
///
/// Rows are all layers of the model; dense layers are rows of zeros.
public enum SGLangLoads: LoadFormat {
  public static let name = "sglang"
  public static let summary =
    "JSON with logical_count, [layers × experts] or [steps × layers × experts]"

  public static func read(
    path: String, _ reading: LoadReading
  ) throws(FormatFault) -> RecordedLoads {
    let source = try SourceFile(path: path)
    if source.bytes.starts(with: "layer_id".utf8) { return try ExpertCountRows.read(source) }
    let tree = try source.json()
    guard let counts = tree["logical_count"] else {
      throw source.malformed(
        "there is no 'logical_count'", fix: "export that tensor of the record as nested lists")
    }
    let tensor = try CountTensor(
      counts, at: "logical_count", of: source, scalesFractions: false)
    return try RecordedLoads(tensor, firstLayer: 0, of: source)
  }
}

/// The weights that DeepSeek's `rebalance_experts` takes: a matrix, or an object with one as `weight`.
///
/// Rows are MoE layers from 0. Fractions are scaled, since a balancer looks at proportions alone.
public enum EPLBLoads: LoadFormat {
  public static let name = "eplb"
  public static let summary = "JSON weights, [layers × experts], or an object with them as weight"

  public static func read(
    path: String, _ reading: LoadReading
  ) throws(FormatFault) -> RecordedLoads {
    let source = try SourceFile(path: path)
    let tree = try source.json()
    let weight: JSONTree
    if case .object = tree {
      guard let found = tree["weight"] else {
        throw source.malformed(
          "there is no 'weight'", fix: "give the matrix alone, or as the member 'weight'")
      }
      weight = found
    } else {
      weight = tree
    }
    let tensor = try CountTensor(weight, at: "weight", of: source, scalesFractions: true)
    return try RecordedLoads(tensor, firstLayer: reading.firstLayer, of: source)
  }
}

extension RecordedLoads {
  /// Loads of layers numbered from `firstLayer` and steps numbered from 0.
  init(_ tensor: CountTensor, firstLayer: Int, of source: SourceFile) throws(FormatFault) {
    try self.init(
      tensor: tensor.counts, steps: tensor.hasSteps ? Array(tensor.counts.indices) : nil,
      layers: tensor.counts[0].indices.map { $0 + firstLayer }, of: source)
    notes = tensor.notes + notes
  }
}
