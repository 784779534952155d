extension SharingEpoch {
  /// Ends the flows that are done by `limit`, and shares what they used from `time` on.
  ///
  /// - Parameter report: Given the slot of each flow and the second at which it is done.
  mutating func end(
    through limit: Double, at time: Double, _ report: (Int32, Double) -> Void
  ) {
    withFilling { components, filling in
      for index in components.indices where components[index].nextFinish <= limit {
        filling.end(&components[index], through: limit, at: time, report)
      }
    }
  }

  /// Writes what every flow under way has left at `time`.
  mutating func settleAccounts(at time: Double, _ flows: inout [SharedFlow]) -> [Int32] {
    for component in components {
      var position = component.groups.lowerBound
      for round in rounds[component.links].prefix(component.rounds) {
        let served = round.share * (time - round.since)
        while position < component.groups.lowerBound + Int(round.end) {
          groups[Int(order[position])].left -= served
          position += 1
        }
      }
    }
    var active: [Int32] = []
    active.reserveCapacity(activeFlows)
    for (group, list) in zip(groups, lists) where group.weight > 0 {
      let done = group.left - targets[Int(list.head)]
      for member in Int(list.head)..<Int(list.end) {
        flows[Int(slots[member])].remaining = max(0, done + targets[member])
        active.append(slots[member])
      }
    }
    return active
  }

  /// Lends the arrays of the epoch to `body`, with the components.
  mutating func withFilling(_ body: (inout [SharingComponent], MaxMinFilling) -> Void) {
    var owned = components
    components = []
    groups.withUnsafeMutableBufferPointer { groups in
      lists.withUnsafeMutableBufferPointer { lists in
        links.withUnsafeMutableBufferPointer { links in
          order.withUnsafeMutableBufferPointer { order in
            rounds.withUnsafeMutableBufferPointer { rounds in
              shares.withUnsafeMutableBufferPointer { shares in
                chosen.withUnsafeMutableBufferPointer { chosen in
                  capacities.withUnsafeBufferPointer { capacities in
                    groupLinks.withUnsafeBufferPointer { groupLinks in
                      useOffsets.withUnsafeBufferPointer { useOffsets in
                        uses.withUnsafeBufferPointer { uses in
                          targets.withUnsafeBufferPointer { targets in
                            slots.withUnsafeBufferPointer { slots in
                              body(
                                &owned,
                                MaxMinFilling(
                                  groups: groups, lists: lists, links: links, order: order,
                                  rounds: rounds, shares: shares, chosen: chosen,
                                  capacities: capacities,
                                  groupLinks: groupLinks, useOffsets: useOffsets, uses: uses,
                                  targets: targets, slots: slots))
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    components = owned
  }
}
