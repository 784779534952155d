public import Catalog
public import CostModels
import Domain
import Quantities
public import WholeModel

/// Makes the engine-independent parts of a serving row's steps.
public struct ServingPrediction: Sendable {
  private let parameters: CostParameters
  private let catalog: Catalog

  /// Part of the memory that engines give to weights and cache by default.
  private static let memoryShare = 0.88

  public init(parameters: CostParameters = .shipped, catalog: Catalog = .standard) {
    self.parameters = parameters
    self.catalog = catalog
  }

  /// The steps of `row`, nil where the catalogue has no machine for it.
  public func load(_ row: ServingRow) -> ServingLoad? {
    guard let entry = catalog.accelerator(row.system), let node = catalog.defaultNode(of: entry)
    else { return nil }
    let cluster = Cluster(
      accelerator: entry.accelerator,
      nodes: (row.division.ranks + node.acceleratorsPerNode - 1) / node.acceleratorsPerNode,
      acceleratorsPerNode: node.acceleratorsPerNode, intraNodeKind: node.intraNodeKind,
      intraNode: node.intraNode, interNode: node.interNode, fabric: node.fabric)
    let pass = ForwardPass(
      model: row.model, division: row.division, path: row.path, cluster: cluster,
      denseFormat: row.denseFormat, cacheFormat: row.cacheFormat,
      kernels: Self.kernels(row.model.weightFormat, entry.accelerator),
      exchangeKernel: .deepEPLowLatency, parameters: parameters)
    return ServingLoad(
      pass, batch: row.batch, input: row.input, output: row.output,
      capacity: pass.cacheCapacity(
        bytes: entry.accelerator.memoryCapacity.bytes * Self.memoryShare,
        cacheFormat: row.cacheFormat, denseFormat: row.denseFormat))
  }

  /// The kernels an engine chooses from.
  private static func kernels(
    _ format: NumericFormat, _ accelerator: Accelerator
  ) -> [ExpertKernelFamily] {
    let isHopper = accelerator.architecture.hasPrefix("Hopper")
    if format == .mxfp4, isHopper { return [.tritonMXFP4] }
    return isHopper ? [.cutlassGrouped, .deepGEMMMasked] : [.cutlassGrouped, .minimumLatency]
  }
}
