/// A binary heap of link shares in memory that somebody else owns.
struct ShareHeap {
  let items: UnsafeMutableBufferPointer<LinkShare>
  private(set) var count = 0

  init(items: UnsafeMutableBufferPointer<LinkShare>) { self.items = items }

  /// The smallest share as last computed.
  @inline(__always) var least: LinkShare? { count > 0 ? items[0] : nil }

  /// Adds without ordering; ``order()`` is due before anything else.
  @inline(__always)
  mutating func append(_ item: LinkShare) {
    items[count] = item
    count += 1
  }

  /// Makes a heap of what was appended.
  func order() {
    var index = count / 2
    while index > 0 {
      index -= 1
      sink(items[index], from: index)
    }
  }

  @inline(__always)
  mutating func removeLeast() {
    count -= 1
    if count > 0 { sink(items[count], from: 0) }
  }

  /// Raises the smallest share to `share`; tells whether another link comes first now.
  @inline(__always)
  func raiseLeast(to share: Double) -> Bool {
    let item = LinkShare(share: share, link: items[0].link)
    sink(item, from: 0)
    return items[0].link != item.link
  }

  /// Equal shares are ordered by link, so that the order never depends on history.
  @inline(__always)
  private func precedes(_ left: LinkShare, _ right: LinkShare) -> Bool {
    left.share < right.share || (left.share == right.share && left.link < right.link)
  }

  @inline(__always)
  private func sink(_ item: LinkShare, from start: Int) {
    var hole = start
    var child = 2 * hole + 1
    while child < count {
      if child + 1 < count && precedes(items[child + 1], items[child]) { child += 1 }
      guard precedes(items[child], item) else { break }
      items[hole] = items[child]
      hole = child
      child = 2 * hole + 1
    }
    items[hole] = item
  }
}
