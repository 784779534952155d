public import Catalog
import Domain
import WholeModel

extension ServingTable {
  /// Reads `csv`; rows that cannot be predicted are refused with a reason.
  ///
  /// - Throws: a fault where the columns are of neither kind of serving table or a cell is no number.
  public init(_ csv: CSVTable, catalog: Catalog = .standard) throws(TableFault) {
    var reader = ServingReader(csv: csv, catalog: catalog)
    let silicon = csv.has(ServingReader.siliconColumns)
    guard silicon || csv.has(ServingReader.burstColumns) else {
      throw TableFault(
        file: csv.file, line: 1, message: "the columns are not those of a serving table",
        fix: "give it " + ServingReader.siliconColumns.joined(separator: ", "))
    }
    for row in csv.rows.indices {
      if silicon { try reader.readSilicon(row) } else { try reader.readBurst(row) }
    }
    self.csv = csv
    rows = reader.rows
    refused = reader.refused
  }
}

struct ServingReader {
  static let siliconColumns = [
    "backend", "model_path", "system", "isl", "osl", "gemm_quant_mode", "moe_quant_mode",
    "batch_size", "tp_size", "pp_size", "attention_dp_size", "moe_tp_size", "moe_ep_size",
    "silicon_ttft_ms", "silicon_tpot_ms",
  ]
  static let burstColumns = [
    "model", "tp_size", "ep_size", "dp_size", "moe_a2a_backend", "batch_size", "input_len",
    "output_len", "mean_ttft_ms", "mean_tpot_ms",
  ]

  let csv: CSVTable
  let catalog: Catalog
  var rows: [ServingRow] = []
  var refused: [RefusedRow] = []

  init(csv: CSVTable, catalog: Catalog) {
    self.csv = csv
    self.catalog = catalog
  }

  /// A row of an engine that keeps a batch full; `batch_size` is of one attention group.
  mutating func readSilicon(_ row: Int) throws(TableFault) {
    guard var model = model(csv.text(row, "model_path")) else {
      return refuse(row, "the model «\(csv.text(row, "model_path"))» is not in the catalogue")
    }
    let system = csv.text(row, "system").replacing("_", with: "-")
    guard let accelerator = catalog.accelerator(system) else {
      return refuse(row, "the system «\(system)» is not in the catalogue")
    }
    guard try csv.integer(row, "pp_size", atLeast: 1) == 1 else {
      return refuse(row, "pipeline stages of a serving engine are not modelled")
    }
    let tensor = try csv.integer(row, "tp_size", atLeast: 1)
    let dataText = csv.text(row, "attention_dp_size")
    let data = dataText.isEmpty ? 1 : try csv.integer(row, "attention_dp_size", atLeast: 1)
    let expertTensor = try csv.integer(row, "moe_tp_size", atLeast: 1)
    let expert = try csv.integer(row, "moe_ep_size", atLeast: 1)
    let repaired = Self.repaired(
      tensor: tensor, data: data, expertTensor: expertTensor, expert: expert)
    let batch = try csv.integer(row, "batch_size", atLeast: 1) * data / repaired.data
    let (dense, experts) = formats(row, model)
    model.weightFormat = experts
    model.activationFormat = Self.activation(experts)
    try add(
      row, engine: csv.text(row, "backend"), atOnce: false, model: model, system: accelerator.id,
      dense: dense, cache: experts == .bf16 ? .bf16 : .fp8,
      division: repaired, path: .gathered, batch: batch,
      sizes: ("isl", "osl"), times: ("silicon_ttft_ms", "silicon_tpot_ms"))
  }

  /// Many of the table's divisions stand twice, once with the ranks squared: tp 64 with MoE 8 × 8, or
  /// dp 64 with MoE 8 × 8, beside 8 ranks with the very same times; tp 4 × dp 4 with 16 expert ranks
  /// beside tp 4 with 4 and within a hundredth of its times. They are 8 and 4 ranks.
  private static func repaired(
    tensor: Int, data: Int, expertTensor: Int, expert: Int
  ) -> ModelDivision {
    if tensor > 1, tensor == data, expert == tensor * data {
      return ModelDivision(tensor: tensor, expert: tensor)
    }
    guard expert > 1, expert == expertTensor, tensor * data == expert * expert,
      tensor == 1 || data == 1
    else {
      return ModelDivision(
        tensor: tensor, data: data, expert: expert, expertTensor: expertTensor)
    }
    return tensor > 1
      ? ModelDivision(tensor: expert, expert: expert)
      : ModelDivision(data: expert, expert: expert)
  }

  /// A row of requests sent at once; `batch_size` is of the whole deployment of GB200 racks.
  mutating func readBurst(_ row: Int) throws(TableFault) {
    guard var model = model(csv.text(row, "model")), let system = catalog.accelerator("GB200")
    else { return refuse(row, "the model «\(csv.text(row, "model"))» is not in the catalogue") }
    let tensor = try csv.integer(row, "tp_size", atLeast: 1)
    let expert = try csv.integer(row, "ep_size", atLeast: 1)
    let data = try csv.integer(row, "dp_size", atLeast: 1)
    guard tensor % data == 0, tensor % expert == 0 else {
      return refuse(row, "dp \(data) and ep \(expert) do not divide tp \(tensor)")
    }
    model.weightFormat = .fp8Block
    model.activationFormat = .fp8Block
    let requests = try csv.integer(row, "batch_size", atLeast: 1)
    try add(
      row, engine: "sglang, requests at once", atOnce: true, model: model, system: system.id,
      dense: .fp8Block, cache: .bf16,
      division: ModelDivision(
        tensor: tensor / data, data: data, expert: expert, expertTensor: tensor / expert),
      path: csv.text(row, "moe_a2a_backend") == "deepep" ? .exchanged : .gathered,
      batch: (requests + data - 1) / data, sizes: ("input_len", "output_len"),
      times: ("mean_ttft_ms", "mean_tpot_ms"))
  }

  private mutating func add(
    _ row: Int, engine: String, atOnce: Bool, model: MoEModel, system: String, dense: NumericFormat,
    cache: NumericFormat, division: ModelDivision, path: TokenPath, batch: Int,
    sizes: (String, String),
    times: (String, String)
  ) throws(TableFault) {
    let input = try csv.integer(row, sizes.0, atLeast: 1)
    let output = try csv.integer(row, sizes.1, atLeast: 1)
    guard let first = try csv.measurement(row, times.0),
      let token = try csv.measurement(row, times.1), token > 0
    else { return refuse(row, "no time per output token") }
    guard division.expert * division.expertTensor == division.ranksPerStage else {
      return refuse(row, "expert and attention ranks differ in number")
    }
    guard (model.attention?.heads ?? division.tensor) % division.tensor == 0 else {
      return refuse(row, "\(division.tensor) ranks do not divide the attention heads")
    }
    guard division.expert <= model.experts, division.ranks <= 4096, batch <= 1 << 20 else {
      return refuse(row, "\(division.expert) ranks are more than \(model.experts) experts")
    }
    rows.append(
      ServingRow(
        line: csv.lines[row], engine: engine, atOnce: atOnce,
        release: "\(engine) \(csv.text(row, "backend_version")) | \(model.name)", model: model,
        system: system, denseFormat: dense, cacheFormat: cache,
        division: division, path: path, batch: max(batch, 1), input: input, output: output,
        firstTokenMilliseconds: first, tokenMilliseconds: token,
        wholeMilliseconds: atOnce ? try csv.measurement(row, "duration_s").map { $0 * 1e3 } : nil))
  }

  private mutating func refuse(_ row: Int, _ reason: String) {
    refused.append(RefusedRow(line: csv.lines[row], reason: reason))
  }
}

extension ServingReader {
  /// The catalogue's model behind `deepseek-ai/DeepSeek-R1` or `Qwen3-Coder-480B-A35B-FP8`.
  private func model(_ path: String) -> MoEModel? {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    for suffix in ["-FP8", "-NVFP4", "-Instruct"] where name.hasSuffix(suffix) {
      name.removeLast(suffix.count)
    }
    if name == "MiniMax-M2.5" { name = "minimax-m2" }
    return catalog.model(name)?.model
  }

  /// Formats outside and inside the experts; empty columns are 16-bit checkpoints. Checkpoints with
  /// 4-bit experts keep their attention in 16 bits, gpt-oss has mxfp4 whatever the column says.
  private func formats(_ row: Int, _ model: MoEModel) -> (NumericFormat, NumericFormat) {
    let known: [String: NumericFormat] = [
      "fp8": .fp8, "fp8_block": .fp8Block, "nvfp4": .nvfp4, "": .bf16, "bfloat16": .bf16,
    ]
    let dense = known[csv.text(row, "gemm_quant_mode")] ?? .bf16
    let experts =
      model.weightFormat == .mxfp4 ? .mxfp4 : known[csv.text(row, "moe_quant_mode")] ?? .bf16
    return (dense == .nvfp4 || model.weightFormat == .mxfp4 ? .bf16 : dense, experts)
  }

  private static func activation(_ weights: NumericFormat) -> NumericFormat {
    switch weights {
    case .mxfp4: .fp8
    case .int4: .bf16
    default: weights
    }
  }
}
