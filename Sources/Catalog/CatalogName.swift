/// A name as the catalogue compares it: without case, blanks, hyphens and memory size.
public struct CatalogName: Hashable, Sendable {
  /// Letters and digits only, in lower case; a memory size stands without its unit.
  public let compact: String
  /// ``compact`` without a memory size at its end.
  public let withoutMemory: String
  /// The memory size at the end of the name, in gigabytes as vendors count them.
  public let memoryGigabytes: Double?
  /// Whether the memory size carries its unit; a bare number is part of an id and must be right.
  public let memoryHasUnit: Bool

  public init(_ name: String) {
    var words = Self.words(name)
    var memory: Double?
    var hasUnit = true
    if let last = words.last, words.count > 1, let size = Self.memory(last) {
      memory = size
      hasUnit = last.last?.isNumber == false
      words[words.count - 1] = String(Int(size))
    }
    let joined = words.joined()
    if memory == nil, let (head, size) = Self.splitMemory(joined) {
      memory = size
      words = [head, String(Int(size))]
    }
    compact = words.joined()
    withoutMemory = memory == nil ? compact : words.dropLast().joined()
    memoryGigabytes = memory
    memoryHasUnit = memory != nil && hasUnit
  }

  /// Runs of letters and digits; the generation of an SXM socket is dropped, since its memory says
  /// as much.
  private static func words(_ name: String) -> [String] {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.map { word in
      let isSocket = word.hasPrefix("sxm") && word.count == 4 && word.last?.isNumber == true
      return isSocket ? "sxm" : String(word)
    }
  }

  /// The size that a whole word such as `80gb` or `141` gives; larger numbers are model numbers.
  private static func memory(_ word: String) -> Double? {
    let unit = ["gib", "gb", "g"].first { word.hasSuffix($0) } ?? ""
    guard let size = Double(word.dropLast(unit.count)), word.first?.isNumber == true else {
      return nil
    }
    return size >= 8 && (unit.isEmpty ? size <= 512 : size <= 4096) && size == size.rounded()
      ? size : nil
  }

  /// Divides a name written in one word, such as `h100sxm80gb`.
  private static func splitMemory(_ word: String) -> (String, Double)? {
    guard let unit = ["gib", "gb"].first(where: { word.hasSuffix($0) }) else { return nil }
    var head = word.dropLast(unit.count)
    var digits = ""
    while let last = head.last, last.isNumber, digits.count < 3 {
      digits = String(last) + digits
      head.removeLast()
    }
    if head.hasSuffix("sxm"), digits.count == 3, digits.first.map({ "23456".contains($0) }) == true
    {
      digits.removeFirst()
    }
    guard let size = Double(digits), size >= 8, !head.isEmpty else { return nil }
    return (String(head), size)
  }
}
