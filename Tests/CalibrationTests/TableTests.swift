import Calibration
import Domain
import Testing

@Suite struct TableTests {
  private func fault(_ text: String) -> String {
    do {
      _ = try Fixtures.table(text)
      return "no fault"
    } catch let fault as TableFault {
      return fault.description
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("", "table.csv: the table is empty (give it a header and at least one row)"),
    (
      "gpu,gpu\na,b\n",
      "table.csv:1: column «gpu»: the column appears twice (remove or rename one of them)"
    ),
    (
      "gpu,gemm_dtype,m,n,k,latency_us\nH100-SXM-80GB,fp8,1,2,3\n",
      "table.csv:2: the line has 5 cells, the header 6 "
        + "(add or remove cells; quote those that hold commas)"
    ),
    (
      "gpu,gemm_dtype,m,n,k,latency_us\n\nH100-SXM-80GB,fp8,1,x,3,4\n",
      "table.csv:3: column «n»: «x» is not a whole number (correct the cell or delete the row)"
    ),
    (
      "gpu,gemm_dtype,m,n,k,latency_us\nH100-SXM-80GB,fp8,1,2,3,fast\n",
      "table.csv:2: column «latency_us»: «fast» is not a number "
        + "(correct the cell or delete the row)"
    ),
    (
      "gpu,gemm_dtype,m,n,k,latency_us\nH100-SXM-80GB,fp8,0,2,3,4\n",
      "table.csv:2: column «m»: 0 is outside 1 … 2^40 (correct the cell or delete the row)"
    ),
    (
      "gpu,gemm_dtype,m,n,latency_us\nH100-SXM-80GB,fp8,1,2,4\n",
      "table.csv:1: the columns fit no kind of measured table "
        + "(nearest is «denseGEMM», which also needs k)"
    ),
    (
      "gpu,gemm_dtype,m,n,k,latency_us\nH300-SXM,fp8,1,2,3,4\n",
      "table.csv:2: column «gpu»: the catalogue has no accelerator «H300-SXM»; "
        + "the nearest is «h100-sxm-80» "
        + "(use a catalogue name, or give the data sheet with --accelerators FILE)"
    ),
  ])
  func whatIsWrongIsNamed(text: String, expected: String) {
    #expect(fault(text) == expected)
  }

  @Test(arguments: [
    (
      TableKind.expertGEMM,
      "gpu,model,kernel,moe_dtype,hidden_size,inter_size,topk,num_experts,moe_ep_size,distribution,num_tokens,latency_us"
    ),
    (
      .wideExpertGEMM,
      "gpu,moe_dtype,moe_kernel,hidden_size,inter_size,topk,num_experts,num_slots,moe_ep_size,eplb,distribution,num_tokens,dp_num_tokens,rank0_num_tokens,latency_us"
    ),
    (
      .deepEPCompute,
      "gpu,phase,kernel_source,moe_dtype,hidden_size,inter_size,topk,num_experts,moe_ep_size,distribution,num_tokens,latency_us"
    ),
    (.denseGEMM, "gpu,gemm_dtype,m,n,k,latency_us"),
    (.collective, "gpu,nccl_version,collective,nccl_dtype,num_gpus,bytes,time_us,busbw_GBps"),
    (.customAllReduce, "gpu,impl,num_gpus,bytes,time_us"),
    (
      .deepEPLowLatency,
      "gpu,sglang_version,nodes,ep_size,hidden_size,topk,num_experts,tokens_per_rank,dispatch_us,dispatch_GBps,combine_us,combine_GBps"
    ),
    (
      .deepEPNormal,
      "gpu,sglang_version,nodes,ep_size,hidden_size,topk,num_experts,tokens_per_rank,dispatch_sms,dispatch_us,dispatch_notify_us,combine_sms,combine_us,combine_notify_us"
    ),
    (
      .allToAll,
      "gpu,kernel,phase,moe_dtype,hidden_size,topk,num_experts,ep_size,distribution,tokens_per_rank,time_us"
    ),
    (
      .published,
      "source,commit,library,mode,gpu,nic,op,ep_size,gpus_per_node,tokens_per_rank,hidden,topk,num_experts,dtype,bottleneck,bandwidth_GBps,latency_us,latency_pm_us,note"
    ),
  ])
  func theKindShowsInTheColumns(kind: TableKind, header: String) throws {
    let cells = header.split(separator: ",").map { _ in "1" }.joined(separator: ",")
    #expect(try TableKind(of: CSVTable(file: "t", text: header + "\n" + cells)) == kind)
  }

  @Test func quotedCellsKeepTheirCommas() throws {
    let table = try CSVTable(file: "t", text: "a,b\r\n\"x, y\",2\r\n")
    #expect(table.text(0, "a") == "x, y")
    #expect(table.text(0, "b") == "2")
  }

  @Test(arguments: [
    ("16x200Gb/s InfiniBand per node", 50.0), ("8x400Gb/s EFA per node", 50),
    ("CX7 IB 400Gb/s per GPU", 50), ("1600 Gb/s per node", 25), ("2 x 100 Gbps", 3.125),
    ("50 GB/s", 50),
  ])
  func aNetworkIsReadAsCountTimesRate(text: String, gigabytes: Double) {
    let rate = NetworkText.bytesPerSecond(text, acceleratorsPerNode: 8)
    #expect(rate == gigabytes * 1e9)
  }

  @Test(arguments: ["CX7", "N/A", "", "Gb/s"])
  func aNetworkWithoutARateIsNotRead(text: String) {
    #expect(NetworkText.bytesPerSecond(text, acceleratorsPerNode: 8) == nil)
  }

  @Test(arguments: [
    ("H100-SXM-80GB", "h100-sxm-80"), ("H200-SXM-141GB", "h200-sxm-141"),
    ("H100 PCIe", "h100-pcie-80"), ("L40S-PCIe", "l40s"),
  ])
  func labelsOfTablesFindTheirMachines(label: String, id: String) throws {
    #expect(try Fixtures.machines().machine(named: label)?.accelerator.id == id)
  }

  @Test(arguments: [
    ("A100-SXM4-80GB", "a100-sxm-80"), ("H100-SXM-80GB", "h100-sxm-80"),
    ("H200-SXM-141GB", "h200-sxm-141"), ("H800", "h800-sxm-80"), ("H800-SXM5", "h800-sxm-80"),
    ("H20", "h20-sxm-96"), ("B200-SXM", "b200-sxm-180"), ("B300-SXM", "b300-sxm"),
    ("GB200", "gb200"), ("GB200-NVL72", "gb200"), ("L40S-PCIe", "l40s"),
    ("RTX-PRO-6000-PCIe", "rtx-pro-6000-server"), ("H800 (NVLink ~160 GB/s)", "h800-sxm-80"),
  ])
  func theCatalogueKnowsTheLabelsOfMeasuredTables(label: String, id: String) throws {
    let machine = try #require(CatalogMachines().machine(named: label))
    #expect(machine.accelerator.id == id)
    #expect(machine.linkRate > 0)
  }

  @Test func theCatalogueNamesTheNearest() {
    #expect(CatalogMachines().machine(named: "H300-SXM") == nil)
    #expect(CatalogMachines().nearestName(to: "h100-sxm-81") == "h100-sxm-80")
  }

  @Test func rowsThatCannotBeComparedAreRefusedWithTheReason() throws {
    let table = try Fixtures.table(
      """
      gpu,gemm_dtype,m,n,k,latency_us
      H100-SXM-80GB,fp8,1,1024,1024,5
      H100-SXM-80GB,fp7,1,1024,1024,5
      MI450X,fp8,1,1024,1024,5
      """)
    #expect(table.observations.count == 1)
    #expect(
      table.refused == [
        RefusedRow(line: 3, reason: "the format «fp7» is not known"),
        RefusedRow(
          line: 4,
          reason: "the catalogue has no accelerator «MI450X»; the nearest is «l40s»"),
      ])
  }

  @Test func theSlowerOfTwoEqualConfigurationsIsRefused() throws {
    let table = try Fixtures.table(
      """
      gpu,impl,num_gpus,bytes,time_us
      H100-SXM-80GB,sglang,8,256,5
      H100-SXM-80GB,sglang,8,256,42
      H100-SXM-80GB,sglang,8,512,5.2
      """)
    #expect(table.observations.map(\.measured) == [5, 5.2])
    #expect(table.refused.map(\.line) == [3])
  }
}
