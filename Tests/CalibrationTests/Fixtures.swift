import Calibration
import CostModels
import Domain
import Foundation

/// Two accelerators in the columns of a hardware preset table.
enum Fixtures {
  static let hardware = """
    id,kind,name,arch,mem_capacity_GB,mem_bw_GBps,bf16_dense_TFLOPS,fp8_dense_TFLOPS,\
    fp4_dense_TFLOPS,int8_dense_TOPS,gpu_link_GBps_per_dir,nic_GBps_per_gpu_per_dir,gpus_per_node,source
    h100-sxm-80,gpu,"H100, SXM",Hopper,80,3350,989,1978,,1978,450,50,8,test
    h100-pcie-80,gpu,H100 PCIe,Hopper,80,2000,756,1513,,1513,64,50,8,test
    h200-sxm-141,gpu,H200,Hopper,141,4800,989,1978,,1978,450,50,8,test
    l40s,gpu,L40S,Ada,48,864,362,733,,733,32,50,8,test
    hgx-h100-8,node,HGX,h100-sxm-80,,,,,,,450,50,8,test
    """

  static func machines() throws -> PresetMachines {
    try PresetMachines(CSVTable(file: "hardware.csv", text: hardware))
  }

  static func table(_ text: String, file: String = "table.csv") throws -> MeasuredTable {
    try MeasuredTable(CSVTable(file: file, text: text), machines: machines())
  }

  /// The folder of public data, where it is there.
  static let data: URL? = {
    let environment = ProcessInfo.processInfo.environment["SHUNT_SHARED_DATA"]
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder =
      environment.map { URL(fileURLWithPath: $0) }
      ?? root.deletingLastPathComponent().appendingPathComponent("shared/data")
    let probe = folder.appendingPathComponent("public/hardware/gemm_h100.csv")
    return FileManager.default.fileExists(atPath: probe.path) ? folder : nil
  }()
}
