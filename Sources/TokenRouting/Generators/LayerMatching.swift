/// Which of a trace's layers stands for each of the model's.
///
/// Numbers match by value where they agree, that is where the model has all of the trace's numbers
/// or the trace all of the model's; else the layers match in order. A trace with fewer layers is
/// repeated in order.
struct LayerMatching: Hashable, Sendable {
  /// For each layer of the model its place in the trace's list.
  let places: [Int]
  /// What a user should know about the match.
  let warnings: [String]

  /// - Parameter trace: the trace's layer numbers; absent where it has none but their count.
  init(model: [Int], trace: [Int]?, count: Int, file: String) {
    var byValue: [Int: Int] = [:]
    for (place, number) in (trace ?? []).enumerated() { byValue[number] = place }
    let matched = model.filter { byValue[$0] != nil }
    let agree = !matched.isEmpty && (matched.count == model.count || matched.count == byValue.count)
    places = model.enumerated().map { position, number in
      (agree ? byValue[number] : nil) ?? position % count
    }
    var notes: [String] = []
    if count < model.count {
      notes.append(
        "\(file): the trace has \(count) layer\(count == 1 ? "" : "s") where the model has"
          + " \(model.count); they are repeated in order")
    } else if trace != nil && !agree {
      notes.append(
        "\(file): the trace's layer numbers are not the model's; layers are matched in order")
    }
    warnings = notes
  }
}
