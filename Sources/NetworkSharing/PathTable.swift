/// A path of a ``PathTable``.
public struct PathID: Hashable, Sendable {
  /// The place of the path in the order of adding.
  public var index: Int32

  @inlinable public init(_ index: Int) { self.index = Int32(truncatingIfNeeded: index) }
}

/// Paths as lists of links, one after another in memory.
///
/// A path is added once and named by its ``PathID`` by every flow that follows it.
public struct PathTable: Sendable {
  /// Where each path begins in ``links``, and where the last one ends.
  private(set) var offsets: [Int32] = [0]
  /// The links of all paths.
  private(set) var links: [Int32] = []

  /// A table without paths.
  public init() {}

  /// How many paths there are.
  public var count: Int { offsets.count - 1 }

  /// Makes room for `paths` paths of `links` links in all.
  public mutating func reserve(paths: Int, links count: Int) {
    offsets.reserveCapacity(paths + 1)
    links.reserveCapacity(count)
  }

  /// Adds a path over `path`, links by their index; a path without links takes no time.
  @discardableResult
  public mutating func add(_ path: some Sequence<Int>) -> PathID {
    for link in path { links.append(Int32(clamping: link)) }
    offsets.append(Int32(links.count))
    return PathID(count - 1)
  }

  /// Adds the path that `append` writes behind what it is given.
  mutating func add(appending append: (inout [Int32]) -> Void) {
    append(&links)
    offsets.append(Int32(links.count))
  }

  /// The links of `path`, in the order in which data crosses them.
  public subscript(path: PathID) -> ArraySlice<Int32> {
    links[Int(offsets[Int(path.index)])..<Int(offsets[Int(path.index) + 1])]
  }

  /// Checks that every path stays within `linkCount` links.
  func validate(linkCount: Int) throws(SharingError) {
    guard let bad = links.firstIndex(where: { $0 < 0 || $0 >= linkCount }) else { return }
    let path = offsets.firstIndex { $0 > bad } ?? 1
    throw .unknownLink(path: path - 1, link: Int(links[bad]))
  }
}
