/// The share of a link's capacity that each unsettled flow would get, as last computed.
///
/// One number orders by share and then by link: the bits of a positive double rise with it, and the
/// last 20 of them make room for the link. What that costs, 2 × 10⁻¹⁰ of a share, only matters to
/// which of two nearly equal links comes first.
struct LinkShare {
  let key: UInt64

  @inline(__always)
  init(_ share: Double, of link: Int) {
    key = share.bitPattern & ~Self.linkMask | UInt64(truncatingIfNeeded: link)
  }

  /// The link, by its place among those of its component.
  @inline(__always) var link: Int { Int(truncatingIfNeeded: key & Self.linkMask) }

  /// The most links that a component can have.
  static var linkLimit: Int { 1 << 20 }

  private static var linkMask: UInt64 { 0xF_FFFF }
}

/// A four-way heap of link shares in memory that somebody else owns.
struct ShareHeap {
  private let items: UnsafeMutableBufferPointer<LinkShare>
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
    var index = (count + 2) / 4
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

  /// Raises the smallest share to that of `item`; tells whether another link comes first now.
  @inline(__always)
  func raiseLeast(to item: LinkShare) -> Bool {
    sink(item, from: 0)
    return items[0].key != item.key
  }

  @inline(__always)
  private func sink(_ item: LinkShare, from start: Int) {
    var hole = start
    var child = 4 * hole + 1
    while child < count {
      let least = leastChild(from: child)
      guard items[least].key < item.key else { break }
      items[hole] = items[least]
      hole = least
      child = 4 * hole + 1
    }
    items[hole] = item
  }

  /// The smallest of the up to four children from `child` on.
  @inline(__always)
  private func leastChild(from child: Int) -> Int {
    if child + 3 < count {
      let left = items[child + 1].key < items[child].key ? child + 1 : child
      let right = items[child + 3].key < items[child + 2].key ? child + 3 : child + 2
      return items[right].key < items[left].key ? right : left
    }
    var least = child
    for other in (child + 1)..<max(count, child + 1) where items[other].key < items[least].key {
      least = other
    }
    return least
  }
}
