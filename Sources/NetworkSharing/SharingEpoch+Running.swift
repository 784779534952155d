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

  /// Lends the arrays of the epoch to `body`, with the components.
  mutating func withFilling<Result>(
    _ body: (inout [SharingComponent], MaxMinFilling) -> Result
  ) -> Result {
    var owned = components
    components = []
    defer { components = owned }
    return groups.withUnsafeMutableBufferPointer { groups in
      links.withUnsafeMutableBufferPointer { links in
        order.withUnsafeMutableBufferPointer { order in
          shares.withUnsafeMutableBufferPointer { shares in
            capacities.withUnsafeBufferPointer { capacities in
              groupLinks.withUnsafeBufferPointer { groupLinks in
                linkGroupOffsets.withUnsafeBufferPointer { offsets in
                  linkGroups.withUnsafeBufferPointer { linkGroups in
                    targets.withUnsafeBufferPointer { targets in
                      slots.withUnsafeBufferPointer { slots in
                        body(
                          &owned,
                          MaxMinFilling(
                            groups: groups, links: links, order: order, shares: shares,
                            capacities: capacities, groupLinks: groupLinks,
                            linkGroupOffsets: offsets, linkGroups: linkGroups,
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
