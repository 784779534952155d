extension PlacementProblem {
  /// Every rule that a placement breaks, in order of layer and rank.
  func violations(of placement: PlacementSlots) -> [PlacementViolation] {
    guard placement.layers.count == layers, placement.ranks == ranks else {
      let shape = "\(placement.layers.count) layers on \(placement.ranks) ranks"
      return [
        PlacementViolation(
          place: "placement", problem: "\(shape), not \(layers) layers on \(ranks) ranks")
      ]
    }
    return (0..<layers).flatMap { violations(of: placement, layer: $0) }
      + memoryViolations(of: placement)
  }

  private func violations(of placement: PlacementSlots, layer: Int) -> [PlacementViolation] {
    let holders = placement.ranksByExpert(inLayer: layer, experts: experts)
    let name = "layer \(layerNumbers[layer])"
    return slotViolations(of: placement, layer, name)
      + copyViolations(holders, name)
      + groupViolations(holders, name)
      + protectionViolations(holders, layer, name)
      + capViolations(holders, layer, name)
  }

  private func slotViolations(
    of placement: PlacementSlots, _ layer: Int, _ name: String
  ) -> [PlacementViolation] {
    (0..<ranks).flatMap { rank -> [PlacementViolation] in
      let experts = placement.experts(ofRank: rank, inLayer: layer)
      let place = "\(name), rank \(rank)"
      var found = experts.filter { !(0..<self.experts).contains($0) }.map {
        PlacementViolation(place: place, problem: "there is no expert \($0)")
      }
      if experts.count > slotsPerRank {
        let problem = "\(experts.count) experts in \(slotsPerRank) slots"
        found.append(PlacementViolation(place: place, problem: problem))
      }
      let sorted = experts.sorted()
      for (first, second) in zip(sorted, sorted.dropFirst()) where first == second {
        found.append(PlacementViolation(place: place, problem: "expert \(first) twice"))
      }
      return found
    }
  }

  private func copyViolations(_ holders: [[Int]], _ name: String) -> [PlacementViolation] {
    holders.indices.filter { holders[$0].isEmpty }.map {
      PlacementViolation(place: name, problem: "expert \($0) has no copy")
    }
  }

  private func groupViolations(_ holders: [[Int]], _ name: String) -> [PlacementViolation] {
    guard let groups = expertGroups else { return [] }
    return (0..<groups).compactMap { group in
      let members = group * expertsPerGroup..<(group + 1) * expertsPerGroup
      let nodes = Set(members.flatMap { holders[$0] }.map { node(ofRank: $0) })
      guard nodes.count > 1 else { return nil }
      return PlacementViolation(
        place: name, problem: "group \(group) is on nodes \(nodes.sorted())")
    }
  }

  private func protectionViolations(
    _ holders: [[Int]], _ layer: Int, _ name: String
  ) -> [PlacementViolation] {
    guard let currentPlacement else { return [] }
    let current = currentPlacement.ranksByExpert(inLayer: layer, experts: experts)
    return protectedExperts.filter { $0.layer == layer }.compactMap { protected in
      guard Set(holders[protected.expert]) != Set(current[protected.expert]) else { return nil }
      let problem = "protected expert \(protected.expert) left its ranks"
      return PlacementViolation(place: name, problem: problem)
    }
  }

  private func capViolations(
    _ holders: [[Int]], _ layer: Int, _ name: String
  ) -> [PlacementViolation] {
    guard case .traffic(let caps) = objective, holders.allSatisfy({ !$0.isEmpty }) else {
      return []
    }
    let load =
      LayerLoads(self, layer: layer).rows.map { row in
        (try? largestLoad(of: row, holders: holders)) ?? .infinity
      }.max() ?? 0
    // The tolerance of the reference scorer.
    guard load > caps[layer] + 1e-6 else { return [] }
    return [
      PlacementViolation(place: name, problem: "a rank load of \(load) is above \(caps[layer])")
    ]
  }

  private func memoryViolations(of placement: PlacementSlots) -> [PlacementViolation] {
    guard expertBytes > 0, !rankMemoryBytes.isEmpty else { return [] }
    return (0..<ranks).compactMap { rank in
      let copies = (0..<layers).reduce(0) {
        $0 + placement.experts(ofRank: rank, inLayer: $1).count
      }
      let (bytes, overflow) = copies.multipliedReportingOverflow(by: expertBytes)
      guard overflow || bytes > rankMemoryBytes[rank] else { return nil }
      let lacking = overflow ? Int.max : bytes - rankMemoryBytes[rank]
      return PlacementViolation(
        place: "rank \(rank)", problem: "\(copies) copies lack \(lacking) bytes of memory")
    }
  }
}
