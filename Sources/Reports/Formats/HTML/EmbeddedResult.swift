internal import Results

/// The result as JSON inside a page, thinned until it is small enough.
struct EmbeddedResult {
  /// JSON that may stand in a `<script>` element; empty braces where even the thinnest is too large.
  let json: String
  /// What the reader should know about it.
  let note: String

  /// Bytes that the embedded result may take.
  static let limit = 200_000

  /// - Throws: an encoding error.
  init(_ result: Results.ComparisonResult, limit: Int = EmbeddedResult.limit) throws {
    var left: [String] = []
    var current = result
    var text = try EmbeddedJSON.encode(current)
    for stage in ResultThinning.stages where text.utf8.count > limit {
      current = stage.apply(current)
      left.append(stage.what)
      text = try EmbeddedJSON.encode(current)
    }
    let isTooLarge = text.utf8.count > limit
    json = isTooLarge ? "{}" : text
    let place =
      "The result is embedded in this file as JSON, in the element with the id result-json."
    if isTooLarge {
      note =
        "The result is too large to be embedded; `--output result.json` writes the whole of it."
    } else if left.isEmpty {
      note = place + " It is the whole of it."
    } else {
      note =
        place + " To keep the page small, \(ReadableText.list(left, limit: 9)); "
        + "`--output result.json` writes the whole of it."
    }
  }
}
