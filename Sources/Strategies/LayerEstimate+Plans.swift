/// One plan of a layer's MoE part against another, before it runs: what calibration weighs.
///
/// Hecate (arXiv 2502.02581) does not say how it estimates.
extension LayerEstimate {
  /// Seconds of a layer's MoE part: the slowest rank's experts, and the exchanges at the busiest port.
  func seconds(of dispatch: CopyDispatch, routes: WeightRoutes) -> Double {
    let compute = (0..<dispatch.ranks).reduce(0.0) { slowest, rank in
      let rows = dispatch.rows[(rank * dispatch.experts)..<((rank + 1) * dispatch.experts)]
      let experts = rows.count { $0 > 0 }
      return max(slowest, expertSeconds(rows: rows.reduce(0, +), experts: experts))
    }
    // A backward pass computes twice as much and exchanges the same rows.
    return (isTraining ? 3 : 1) * compute
      + (isTraining ? 2 : 1) * exchangeSeconds(of: dispatch, routes: routes)
  }

  /// Dispatch and combine of one pass.
  private func exchangeSeconds(of dispatch: CopyDispatch, routes: WeightRoutes) -> Double {
    let ranks = dispatch.ranks
    var near = [Int](repeating: 0, count: ranks)
    var far = near
    for source in 0..<ranks {
      for destination in 0..<ranks where source != destination {
        let copies = dispatch.copies(from: source, to: destination)
        if routes.node(of: source) == routes.node(of: destination) {
          near[destination] += copies
        } else {
          far[destination] += copies
        }
      }
    }
    return max(
      portSeconds(bytes: Double(near.max() ?? 0) * rowBytes, isFar: false),
      portSeconds(bytes: Double(far.max() ?? 0) * rowBytes, isFar: true))
  }

  /// Messages of weights, the busiest port's one after another.
  func seconds(
    of transfers: [LeastLoadedAssignment.Transfer], ranks: Int, routes: WeightRoutes
  ) -> Double {
    var busy = [Double](repeating: 0, count: ranks)
    for transfer in transfers {
      let isFar = routes.node(of: transfer.from) != routes.node(of: transfer.to)
      let seconds = portSeconds(bytes: expertBytes, isFar: isFar)
      busy[transfer.from] += seconds
      busy[transfer.to] += seconds
    }
    // Gradients go home the same ways.
    return (isTraining ? 2 : 1) * (busy.max() ?? 0)
  }
}
