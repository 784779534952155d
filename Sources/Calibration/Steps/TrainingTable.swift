import Catalog
public import CostModels
import Domain
import Quantities
public import WholeModel

/// One published training run.
public struct TrainingRow: Hashable, Sendable {
  public var line: Int
  public var release: String
  public var model: String
  /// The catalogue's id of the accelerator.
  public var system: String
  public var precision: String
  public var plan: TrainingPlan
  public var tokensPerSecond: Double
  public var parts: TrainingParts

  /// What stays together when rows are split.
  public var configuration: String { "\(model) | \(system) | \(precision)" }
}

/// `moe_pretraining_throughput`: tokens a second of each accelerator, by configuration.
public struct TrainingTable: Sendable {
  public let csv: CSVTable
  public let rows: [TrainingRow]
  public let refused: [RefusedRow]

  static let columns = [
    "release", "model", "system", "gpus", "precision", "global_batch", "micro_batch", "seq_len",
    "tp", "pp", "cp", "vp", "ep", "tokens_per_s_per_gpu",
  ]

  /// Reads `csv` and makes the parts of each row's step.
  ///
  /// - Throws: a fault where columns are missing or a cell is no number.
  public init(_ csv: CSVTable, parameters: CostParameters = .shipped) throws(TableFault) {
    guard csv.has(Self.columns) else {
      throw TableFault(
        file: csv.file, line: 1, message: "the columns are not those of a training table",
        fix: "give it " + Self.columns.joined(separator: ", "))
    }
    var rows: [TrainingRow] = []
    var refused: [RefusedRow] = []
    for row in csv.rows.indices {
      switch try Self.read(csv, row, parameters) {
      case .success(let value): rows.append(value)
      case .failure(let reason): refused.append(reason)
      }
    }
    self.csv = csv
    self.rows = rows
    self.refused = refused
  }

  private enum Reading {
    case success(TrainingRow)
    case failure(RefusedRow)
  }

  private static func read(
    _ csv: CSVTable, _ row: Int, _ parameters: CostParameters
  ) throws(TableFault) -> Reading {
    func refuse(_ reason: String) -> Reading {
      .failure(RefusedRow(line: csv.lines[row], reason: reason))
    }
    let names = ["deepseekv3": "deepseek-v3"]
    let name = csv.text(row, "model")
    let catalog = Catalog.standard
    let label = csv.text(row, "system").replacing("DGX-", with: "")
    guard let model = catalog.model(names[name] ?? name.replacing("_", with: "-"))?.model else {
      return refuse("the model «\(name)» is not in the catalogue")
    }
    guard let entry = catalog.accelerator(label), let node = catalog.defaultNode(of: entry) else {
      return refuse("the system «\(label)» is not in the catalogue")
    }
    guard try csv.integer(row, "cp", atLeast: 1) == 1 else {
      return refuse("context parallelism is not modelled")
    }
    let virtual = Int(csv.text(row, "vp")) ?? 1
    let plan = TrainingPlan(
      accelerators: try csv.integer(row, "gpus", atLeast: 1),
      tensor: try csv.integer(row, "tp", atLeast: 1),
      pipeline: try csv.integer(row, "pp", atLeast: 1), virtualStages: virtual,
      expert: try csv.integer(row, "ep", atLeast: 1),
      globalBatch: try csv.integer(row, "global_batch", atLeast: 1),
      microBatch: try csv.integer(row, "micro_batch", atLeast: 1),
      sequenceLength: try csv.integer(row, "seq_len", atLeast: 1))
    guard let measured = try csv.measurement(row, "tokens_per_s_per_gpu"), measured > 0 else {
      return refuse("no throughput")
    }
    guard plan.dataRanks * plan.tensor * plan.pipeline == plan.accelerators,
      model.experts % plan.expert == 0, plan.accelerators <= 1 << 20
    else { return refuse("the parallel sizes do not divide the accelerators or the experts") }
    let formats: [String: NumericFormat] = ["BF16": .bf16, "FP8": .fp8, "MXFP8": .fp8]
    guard let format = formats[csv.text(row, "precision")] else {
      return refuse("the precision «\(csv.text(row, "precision"))» is not known")
    }
    let cluster = Cluster(
      accelerator: entry.accelerator,
      nodes: (plan.accelerators + node.acceleratorsPerNode - 1) / node.acceleratorsPerNode,
      acceleratorsPerNode: node.acceleratorsPerNode, intraNodeKind: node.intraNodeKind,
      intraNode: node.intraNode, interNode: node.interNode, fabric: node.fabric)
    let step = TrainingStep(
      model: model, plan: plan, cluster: cluster, productFormat: format, parameters: parameters)
    return .success(
      TrainingRow(
        line: csv.lines[row], release: "\(csv.text(row, "release")) | \(model.name)",
        model: model.name,
        system: entry.id, precision: csv.text(row, "precision"), plan: plan,
        tokensPerSecond: measured, parts: step.parts))
  }
}
