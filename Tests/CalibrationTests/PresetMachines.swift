import Calibration
import Domain
import Quantities

/// Machines of a hardware preset table (`kind`, `id`, `mem_bw_GBps`, …).
struct PresetMachines: MachineResolver {
  private let machines: [(name: String, profile: MachineProfile)]

  /// - Throws: a fault where a number of an accelerator's row cannot be read.
  init(_ table: CSVTable) throws(TableFault) {
    var machines: [(name: String, profile: MachineProfile)] = []
    for row in table.rows.indices where table.text(row, "kind") == "gpu" {
      if let profile = try Self.profile(table, row) {
        machines.append((profile.accelerator.id, profile))
      }
    }
    self.machines = machines
  }

  func machine(named label: String) -> MachineProfile? {
    let wanted = Self.words(label)
    let ranked = machines.compactMap { entry -> (Int, MachineProfile)? in
      let own = Self.words(entry.name)
      guard let first = wanted.first, own.first == first else { return nil }
      return (Self.likeness(wanted, own), entry.profile)
    }
    return ranked.max { $0.0 < $1.0 }?.1
  }

  func nearestName(to label: String) -> String? {
    let wanted = Array(label.lowercased().utf8)
    return machines.min { left, right in
      Self.distance(wanted, Array(left.name.utf8)) < Self.distance(wanted, Array(right.name.utf8))
    }?.name
  }

  private static func likeness(_ wanted: [String], _ own: [String]) -> Int {
    own.filter { wanted.contains($0) }.count * 4 - own.count
      - (wanted.contains("pcie") != own.contains("pcie") ? 3 : 0)
  }

  /// Lower-case parts of a label, units dropped: `H100-SXM-80GB` is `h100`, `sxm`, `80`.
  private static func words(_ label: String) -> [String] {
    label.lowercased().split { $0 == "-" || $0 == " " || $0 == "_" }.map { part in
      let text = part.hasSuffix("gb") ? part.dropLast(2) : part
      return text.hasPrefix("sxm") ? "sxm" : text == "rtx" ? "rtxpro" : String(text)
    }.filter { $0 != "nvl72" && $0 != "pro" && !$0.isEmpty }
  }

  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let replaced = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }

  private static func profile(_ table: CSVTable, _ row: Int) throws(TableFault) -> MachineProfile? {
    let memory = try table.measurement(row, "mem_bw_GBps") ?? 0
    guard memory > 0 else { return nil }
    var peaks: [ArithmeticClass: ComputeRate] = [:]
    let columns: [(ArithmeticClass, String)] = [
      (.bf16, "bf16_dense_TFLOPS"), (.fp8, "fp8_dense_TFLOPS"), (.fp4, "fp4_dense_TFLOPS"),
      (.int8, "int8_dense_TOPS"),
    ]
    for (format, column) in columns {
      if let rate = try table.measurement(row, column) {
        peaks[format] = ComputeRate(teraflops: rate)
      }
    }
    let capacity = try table.measurement(row, "mem_capacity_GB") ?? 0
    let accelerator = Accelerator(
      id: table.text(row, "id"), name: table.text(row, "name"),
      architecture: table.text(row, "arch"), memoryCapacity: ByteCount(capacity * 1e9),
      memoryBandwidth: Bandwidth(gigabytesPerSecond: memory), peaks: peaks,
      source: table.text(row, "source"), confidence: .read)
    return MachineProfile(
      accelerator: accelerator,
      linkRate: (try table.measurement(row, "gpu_link_GBps_per_dir") ?? 0) * 1e9,
      networkRate: (try table.measurement(row, "nic_GBps_per_gpu_per_dir") ?? 0) * 1e9,
      acceleratorsPerNode: try table.integer(row, "gpus_per_node", atLeast: 1))
  }
}
