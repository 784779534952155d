/// A safetensors file: named tensors behind a JSON header, every byte checked before it is read.
///
/// 8 bytes little-endian header length, the header, then the tensors' raw data without holes.
struct Safetensors {
  /// One tensor's place.
  struct Tensor: Hashable {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Bytes behind the header.
    let range: Range<Int>
  }

  /// The element types that counts are stored in.
  enum ElementType: String, Hashable {
    case i8 = "I8"
    case i16 = "I16"
    case i32 = "I32"
    case i64 = "I64"
    case u8 = "U8"
    case u16 = "U16"
    case u32 = "U32"
    case u64 = "U64"
    case f32 = "F32"
    case f64 = "F64"

    var size: Int {
      switch self {
      case .i8, .u8: 1
      case .i16, .u16: 2
      case .i32, .u32, .f32: 4
      case .i64, .u64, .f64: 8
      }
    }
  }

  let source: SourceFile
  /// In the order of the header.
  let tensors: [Tensor]
  private let dataStart: Int

  /// - Throws: ``FormatFault`` for a length beyond the file, a header that is no JSON, an unknown
  ///   type, a shape that does not fit its bytes, and bytes that overlap, leave holes or end outside.
  init(_ source: SourceFile) throws(FormatFault) {
    self.source = source
    let bytes = source.bytes
    guard bytes.count >= 8 else { throw Self.cut(source, "the file has \(bytes.count) bytes") }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8) else {
      throw Self.cut(source, "the header says it has \(length) bytes and \(bytes.count - 8) follow")
    }
    dataStart = 8 + Int(length)
    let header = try JSONReader.read(Array(bytes[8..<dataStart]), file: source.name)
    guard case .object(let members) = header else {
      throw Self.cut(source, "the header is \(header.kindName)")
    }
    var tensors: [Tensor] = []
    for member in members where member.name != "__metadata__" {
      tensors.append(try Self.tensor(member, source))
    }
    try Self.checkCover(tensors, dataBytes: bytes.count - dataStart, source)
    self.tensors = tensors
  }

  /// The whole numbers of a tensor, row by row.
  func integers(_ tensor: Tensor) throws(FormatFault) -> [Int] {
    let size = tensor.type.size
    var result: [Int] = []
    result.reserveCapacity(tensor.range.count / size)
    var offset = dataStart + tensor.range.lowerBound
    while offset < dataStart + tensor.range.upperBound {
      let bits = source.bytes[offset..<(offset + size)].reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      guard let value = Self.value(bits, tensor.type) else {
        throw source.malformed(
          "tensor '\(tensor.name)' holds a value that is no whole number up to 2^53",
          fix: "record counts of tokens")
      }
      result.append(value)
      offset += size
    }
    return result
  }

  private static func value(_ bits: UInt64, _ type: ElementType) -> Int? {
    switch type {
    case .i8: Int(Int8(truncatingIfNeeded: bits))
    case .i16: Int(Int16(truncatingIfNeeded: bits))
    case .i32: Int(Int32(truncatingIfNeeded: bits))
    case .i64: Int(truncatingIfNeeded: bits)
    case .u8, .u16, .u32, .u64: Int(exactly: bits)
    case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))).whole
    case .f64: Double(bitPattern: bits).whole
    }
  }

  private static func cut(_ source: SourceFile, _ message: String) -> FormatFault {
    source.malformed(
      "no safetensors file: \(message)", fix: "copy the file again; it may have been cut off")
  }
}

extension Safetensors {
  private static func tensor(
    _ member: JSONTree.Member, _ source: SourceFile
  ) throws(FormatFault) -> Tensor {
    let place = "tensor '\(member.name)'"
    guard case .text(let typeName)? = member.value["dtype"],
      let type = ElementType(rawValue: typeName)
    else {
      throw source.malformed(
        "\(place) has no dtype of whole numbers", fix: "counts are I32 or I64 tensors")
    }
    let shape = try list("shape", of: member.value, place, source)
    let offsets = try list("data_offsets", of: member.value, place, source)
    var bytes = type.size
    for length in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      guard !overflow else {
        throw source.malformed("\(place) has an impossible shape", fix: "write the file again")
      }
      bytes = product
    }
    guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] - offsets[0] == bytes else {
      throw source.malformed(
        "\(place) has data_offsets \(offsets), and its shape \(shape) needs \(bytes) bytes",
        fix: "write the file again")
    }
    return Tensor(name: member.name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// A list of whole numbers from 0.
  private static func list(
    _ key: String, of tree: JSONTree, _ place: String, _ source: SourceFile
  ) throws(FormatFault) -> [Int] {
    if key == "shape", tree[key] == .list([]) { return [] }
    let values = try source.integers(tree[key] ?? .null, at: "\(key) of \(place)")
    guard values.allSatisfy({ $0 >= 0 }) else {
      throw source.malformed("\(key) of \(place) is negative", fix: "write the file again")
    }
    return values
  }

  /// Refuses tensors that share bytes, leave some out, or reach beyond the end.
  private static func checkCover(
    _ tensors: [Tensor], dataBytes: Int, _ source: SourceFile
  ) throws(FormatFault) {
    var end = 0
    let ordered = tensors.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for tensor in ordered {
      guard tensor.range.lowerBound == end, tensor.range.upperBound <= dataBytes else {
        let fault =
          tensor.range.lowerBound < end
          ? "overlaps another" : tensor.range.upperBound > dataBytes ? "ends behind the file" : ""
        throw cut(
          source, "tensor '\(tensor.name)' \(fault.isEmpty ? "leaves a hole before it" : fault)")
      }
      end = tensor.range.upperBound
    }
    guard end == dataBytes else {
      throw cut(source, "\(dataBytes - end) bytes belong to no tensor")
    }
  }
}
