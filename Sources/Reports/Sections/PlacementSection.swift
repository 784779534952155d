internal import Charts
internal import Results

/// What would change on my machines?
struct PlacementSection: ReportSection {
  let id = "placement"
  let heading = "Placement"
  let question = "What would change on my machines?"

  func content(of report: ReportContext) -> SectionContent {
    let placements = report.result.placements
    guard !placements.isEmpty else {
      return .missing(
        "The result holds no placement.", command: report.command("plan", "--output placement.json")
      )
    }
    var blocks: [Block] = [.table(table(report))]
    if let map = map(report) { blocks.append(map) }
    return SectionContent(finding(report), blocks)
  }

  private func chosen(_ report: ReportContext) -> PlacementResult? {
    let label = report.best.map { report.cells[$0].placement }
    return report.result.placements.first { $0.label == label } ?? report.result.placements.first
  }

  private func baseline(_ report: ReportContext) -> PlacementResult? {
    let label = report.baseline.map { report.cells[$0].placement }
    return report.result.placements.first { $0.label == label }
  }

  private func finding(_ report: ReportContext) -> String {
    guard let chosen = chosen(report), let baseline = baseline(report) else {
      return "\(ReadableText.count(report.result.placements.count, "placement")) compared."
    }
    let (new, old) = (ReadableText.line(chosen.label), ReadableText.line(baseline.label))
    if chosen.label == baseline.label {
      return "The best cell keeps the baseline's placement, \(old): nothing has to move."
    }
    return chosen.movesFromBaseline == 0
      ? "\(new) has every expert where \(old) has it: nothing has to move."
      : "Going from \(old) to \(new) moves "
        + "\(ReadableText.count(chosen.movesFromBaseline, "expert copy", plural: "expert copies")) "
        + "over \(ReadableText.count(report.result.system.layers, "layer"))."
  }

  private func table(_ report: ReportContext) -> DataTable {
    let rows = report.result.placements.map { placement -> DataTable.Row in
      let held = placement.firstLayerSlots.filter { $0 >= 0 }
      let replicas = held.count - Set(held).count
      return DataTable.Row([
        .init(ReadableText.line(placement.label, limit: 60)),
        .init(ReadableText.line(placement.method, limit: 40)),
        .init("\(placement.slotsPerRank)", key: Double(placement.slotsPerRank)),
        .init("\(replicas)", key: Double(replicas)),
        .init("\(placement.movesFromBaseline)", key: Double(placement.movesFromBaseline)),
      ])
    }
    return DataTable(
      [
        .text("placement"), .text("method"), .number("slots a rank"),
        .number("replicas, first layer"), .number("copies to move"),
      ], rows: rows,
      note: "Moves are expert copies over all layers, against the baseline's placement.")
  }

  // MARK: - Map

  /// Which rank holds which expert in the first layer, experts in the baseline's order.
  private func map(_ report: ReportContext) -> Block? {
    guard let chosen = chosen(report), chosen.slotsPerRank > 0,
      chosen.firstLayerSlots.count >= chosen.slotsPerRank
    else { return nil }
    let reference = baseline(report) ?? chosen
    let order = Self.experts(reference.firstLayerSlots + chosen.firstLayerSlots)
    let (now, before) = (Self.holders(chosen), Self.holders(reference))
    let ranks = chosen.firstLayerSlots.count / chosen.slotsPerRank
    let values = (0..<ranks).map { rank in
      order.map { expert -> Double in
        guard now[expert, default: []].contains(rank) else { return 0 }
        return before[expert, default: []].contains(rank) ? 1 : 2
      }
    }
    let moved = values.reduce(0) { $0 + $1.count { $0 == 2 } }
    let held = values.reduce(0) { $0 + $1.count { $0 > 0 } }
    let label = ReadableText.line(chosen.label, limit: 60)
    let chart = HeatMap(
      title: moved == 0
        ? "\(label) keeps all \(held) copies of the first layer in place"
        : "\(label) puts \(moved) of the first layer's \(held) copies on a rank that lacks them now",
      summary: "Experts by rank in the first layer.", rowAxis: "rank",
      columnAxis: "expert, in the baseline's order", measure: Axis("copy held"),
      rows: (0..<ranks).map(String.init), columns: order.map(String.init), values: values)
    return .figure(
      Figure(
        chart,
        howToRead: "A row is a rank, a column an expert. Medium is a copy that the rank also holds "
          + "under the baseline's placement, dark one that has to move there; a column with several "
          + "marks is a replicated expert.",
        table: listing(chosen, reference, ranks: ranks)))
  }

  private func listing(_ chosen: PlacementResult, _ reference: PlacementResult, ranks: Int)
    -> DataTable
  {
    let before = Self.holders(reference)
    let rows = (0..<ranks).map { rank -> DataTable.Row in
      let slots = chosen.firstLayerSlots[
        (rank * chosen.slotsPerRank)..<((rank + 1) * chosen.slotsPerRank)]
      let held = slots.filter { $0 >= 0 }
      let new = held.filter { !before[$0, default: []].contains(rank) }
      return DataTable.Row([
        .init("\(rank)", key: Double(rank)),
        .init(held.map(String.init).joined(separator: " ")),
        .init(new.isEmpty ? "none" : new.map(String.init).joined(separator: " ")),
      ])
    }
    return DataTable(
      [.number("rank"), .text("experts of the first layer"), .text("of these new here")],
      rows: rows)
  }

  /// Ranks that hold each expert, by expert.
  private static func holders(_ placement: PlacementResult) -> [Int: Set<Int>] {
    var holders: [Int: Set<Int>] = [:]
    for (slot, expert) in placement.firstLayerSlots.enumerated() where expert >= 0 {
      holders[expert, default: []].insert(slot / max(1, placement.slotsPerRank))
    }
    return holders
  }

  private static func experts(_ slots: [Int]) -> [Int] {
    var seen: Set<Int> = []
    return slots.filter { $0 >= 0 && seen.insert($0).inserted }
  }
}
