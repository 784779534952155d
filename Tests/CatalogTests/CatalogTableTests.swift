import Catalog
import Quantities
import Testing

@Suite struct CatalogTableTests {
  static let links = """
    id,name,kind,bandwidthGBps,latencyMicroseconds,aliases,confidence,source,latencySource,notes
    x,X,nic,50,5,,A,here,there,

    """

  @Test(
    arguments: [
      ("x,X,nic,50", "x,X,nic,fast", 2, "'fast' in column 'bandwidthGBps' is not a number"),
      ("x,X,nic", "x,X,rope", 2, "'rope' in column 'kind' is not known"),
      ("x,X,nic,50,5", "x,X,nic,,5", 2, "a link needs its bandwidth and latency"),
      ("there,\n", "there\n", 2, "the row has 9 fields where the header has 10"),
      ("x,X,nic,50,5,,A", "x,X,nic,50,5,,Z", 2, "'Z' in column 'confidence' is not known"),
      ("bandwidthGBps", "speed", 2, "the table has no column 'bandwidthGBps'"),
    ])
  func brokenTablesAreRefused(good: String, bad: String, line: Int, message: String) {
    let text = Self.links.replacing(good, with: bad)
    #expect(text != Self.links)
    let header = "id\n"
    #expect {
      try Catalog(accelerators: header, links: text, nodes: header, models: header)
    } throws: { error in
      let fault = error as? CatalogFault
      return fault?.table == "links.csv" && fault?.line == line && fault?.message == message
    }
  }

  @Test func sameIdTwiceIsRefused() {
    let text = Self.links + "x,Y,nic,1,1,,A,here,there,\n"
    #expect(throws: CatalogFault.self) {
      try Catalog(accelerators: "id\n", links: text, nodes: "id\n", models: "id\n")
    }
  }
}
