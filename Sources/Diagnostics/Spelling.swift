/// Finds the word that someone most likely meant.
public enum Spelling {
  /// The candidate nearest to `word`, or nil where none is near enough to suggest.
  ///
  /// Upper and lower case count as equal. A candidate is near where a third of its letters or fewer
  /// differ (two for short words), or where both begin alike. Among equals the first wins.
  public static func nearest(to word: String, in candidates: [String]) -> String? {
    let folded = word.lowercased()
    guard !folded.isEmpty else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let distance = distance(folded, candidate.lowercased())
      let limit = max(folded.count > 3 ? 2 : 1, candidate.count / 3)
      guard distance <= limit, distance < max(folded.count, candidate.count) else { continue }
      if distance < (best?.distance ?? .max) { best = (distance, candidate) }
    }
    return best?.candidate ?? candidates.first { sharesStart(folded, $0.lowercased()) }
  }

  /// Whether one word begins the other, or both begin with the same four letters or more, the
  /// greater part of each.
  private static func sharesStart(_ left: String, _ right: String) -> Bool {
    let common = left.commonPrefix(with: right)
    if common == left.count { return common >= 3 }
    return common >= 4 && common * 2 > max(left.count, right.count)
  }

  /// `; did you mean 'x'?`, or nothing where no candidate is near.
  public static func suggestion(for word: String, in candidates: [String]) -> String {
    nearest(to: word, in: candidates).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other
  /// (optimal string alignment: no stretch is edited twice).
  ///
  /// - Complexity: O(*n* × *m*) in the lengths, of which 64 characters count.
  public static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.prefix(64))
    let b = Array(right.prefix(64))
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1] + [Int](repeating: 0, count: b.count)
      for j in 0..<b.count {
        let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
        row[j + 1] = min(replaced, min(last[j + 1], row[j]) + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
        }
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}

extension String {
  /// Characters that both words begin with.
  fileprivate func commonPrefix(with other: String) -> Int {
    zip(self, other).prefix { $0 == $1 }.count
  }
}
