/// Memory of a search's tables, aligned for vectors of eight, given back with `deallocate()`.
enum RawMemory {
  /// - Parameter count: Elements; room for one is made even for 0.
  static func filled<Element>(
    _ count: Int, with value: Element
  ) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, count) * MemoryLayout<Element>.stride,
      alignment: max(32, MemoryLayout<Element>.alignment))
    let typed = memory.bindMemory(to: Element.self, capacity: max(1, count))
    typed.initialize(repeating: value, count: max(1, count))
    return typed
  }
}
