public import Domain
public import Executor
import Foundation
import Kernels
import Quantities

/// The machine that Shunt runs on, as an accelerator of a scenario: a rank is one of its cores.
public enum ThisMachine {
  /// What the processor calls itself.
  public static var processorName: String {
    let lines = text("/proc/cpuinfo").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    return name ?? "unknown processor"
  }

  /// Bytes of the last cache; 32 MiB where the system does not say.
  public static var cacheBytes: Double {
    for index in stride(from: 4, through: 2, by: -1) {
      let size = text("/sys/devices/system/cpu/cpu0/cache/index\(index)/size")
        .trimmingCharacters(in: .whitespacesAndNewlines)
      if size.hasSuffix("K"), let kibibytes = Double(size.dropLast()) { return kibibytes * 1024 }
      if size.hasSuffix("M"), let mebibytes = Double(size.dropLast()) {
        return mebibytes * 1_048_576
      }
    }
    return 32 * 1_048_576
  }

  /// Bytes of memory that are free or can be made so, as far as the system and its limits say.
  public static var availableMemoryBytes: Int {
    var available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    for line in text("/proc/meminfo").split(separator: "\n")
    where line.hasPrefix("MemAvailable:") {
      let kibibytes = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      available = min(available, (kibibytes ?? available / 1024) * 1024)
    }
    let limit = Int(
      text("/sys/fs/cgroup/memory.max").trimmingCharacters(in: .whitespacesAndNewlines))
    return min(available, limit ?? available)
  }

  private static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Measures a core.
  ///
  /// - Throws: ``WorkbenchError/unavailable(_:)`` where the matrix library is missing.
  public static func measure(
    _ effort: MachineMeasurement.Effort, onProgress: (Double) -> Void = { _ in }
  ) throws(WorkbenchError) -> Accelerator {
    let library: String
    let profile: ProcessorProfile?
    do {
      library = try MatrixLibrary.open()
      profile = try MachineMeasurement(effort: effort, cacheBytes: cacheBytes)
        .profile(onProgress: onProgress)
    } catch {
      throw .unavailable(error.message)
    }
    guard let profile else { throw .failed("the clock of this machine stands still") }
    let source =
      "one core, single threads, \(library.split(separator: " ").prefix(2).joined(separator: " "))"
    return Accelerator(
      id: "this-machine", name: processorName, architecture: "CPU",
      memoryCapacity: ByteCount(Double(ProcessInfo.processInfo.physicalMemory)),
      memoryBandwidth: Bandwidth(bytesPerSecond: profile.streamBandwidth),
      peaks: [.fp32: ComputeRate(flopsPerSecond: profile.largestProductRate)], source: source,
      confidence: .measured, processor: profile)
  }
}

extension ProcessorProfile {
  /// Bytes a second, read and written together, of the largest copy.
  var streamBandwidth: Double {
    guard let bytes = copy.sizes.last, let seconds = copy.seconds.last else { return 1 }
    return max(1, 2 * bytes / seconds)
  }

  /// Floating-point operations a second of the largest product.
  var largestProductRate: Double {
    let table = cached.forward
    guard let m = table.rows.last, let n = table.columns.last, let k = table.depths.last,
      let seconds = table.seconds.last
    else { return 1 }
    return max(1, 2 * m * n * k / seconds)
  }
}
