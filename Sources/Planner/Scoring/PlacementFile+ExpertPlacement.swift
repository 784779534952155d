public import Domain

extension PlacementFile {
  /// The file of a placement that was made elsewhere, without a certificate.
  public init(_ placement: ExpertPlacement, model: String) {
    self.model = model
    experts = placement.experts
    ranks = placement.ranks
    slotsPerRank = placement.slotsPerRank
    layers = placement.layers.map { Layer(layer: $0.layer, slots: $0.slots.map { Int($0) }) }
    certificate = nil
  }

  /// Numbers layers so that the lowest is `first` and the others keep their distance from it.
  ///
  /// A problem file numbers MoE layers from 0 where the model has dense ones before them. Distances
  /// beyond what a number holds are left as they are.
  public mutating func moveLayers(toBeginAt first: Int) {
    guard let lowest = layers.map(\.layer).min() else { return }
    for index in layers.indices {
      let (distance, isFar) = layers[index].layer.subtractingReportingOverflow(lowest)
      let (number, isBeyond) = distance.addingReportingOverflow(first)
      if !isFar, !isBeyond { layers[index].layer = number }
    }
  }

  /// The placement with layers in ascending order, every rule of placements checked.
  ///
  /// - Throws: ``PlacementError`` for an expert without a slot or twice on a rank, an id that is no
  ///   expert, and a layer that stands twice.
  public func expertPlacement() throws(PlacementError) -> ExpertPlacement {
    guard experts > 0, experts <= ranks * slotsPerRank else {
      throw PlacementError(
        .invalidValue, at: "experts", "\(experts) experts in \(ranks * slotsPerRank) slots",
        remedy: "every expert needs a slot")
    }
    var seen: Set<Int> = []
    for layer in layers where !seen.insert(layer.layer).inserted || layer.layer < 0 {
      throw PlacementError(
        .invalidValue, at: "layers", "layer \(layer.layer) stands twice or is negative",
        remedy: "give each layer of the model once")
    }
    let rows = layers.sorted { $0.layer < $1.layer }.map { layer in
      ExpertPlacement.Layer(
        layer: layer.layer, slots: layer.slots.map { $0 < 0 ? -1 : Int32(clamping: $0) })
    }
    do throws(PlacementFault) {
      return try ExpertPlacement(
        experts: experts, ranks: ranks, slotsPerRank: slotsPerRank, layers: rows)
    } catch {
      throw PlacementError(
        .invalidValue, at: "layers", error.message,
        remedy: "every expert needs a slot, and no rank may hold one twice")
    }
  }
}
