import Quantities
import Testing

@Suite struct DelimitedTextTests {
  @Test(
    arguments: [
      ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
      ("a\rb\r", [["a"], ["b"]]), ("\u{FEFF}a,b", [["a", "b"]]), ("", []), ("\n\n\r\n", []),
      ("a,,c\n", [["a", "", "c"]]), (",", [["", ""]]), ("\"a,b\",c", [["a,b", "c"]]),
      ("\"say \"\"so\"\"\"", [["say \"so\""]]), ("\"two\r\nlines\",x", [["two\nlines", "x"]]),
      ("é,\"ü\"", [["é", "ü"]]), (" a , b ", [[" a ", " b "]]),
    ] as [(String, [[String]])])
  func divides(text: String, rows: [[String]]) throws {
    #expect(try DelimitedText.rows(text).map { $0.map(\.text) } == rows)
  }

  @Test func fieldsKnowTheirPlace() throws {
    let rows = try DelimitedText.rows("a,\"b\nc\",d\n\ne,f\n")
    #expect(rows[0].map(\.line) == [1, 1, 2])
    #expect(rows[0].map(\.column) == [1, 3, 4])
    #expect(rows[1].map(\.line) == [4, 4])
    #expect(rows[1].map(\.column) == [1, 3])
  }

  @Test(
    arguments: [
      ("x\n\"open", 2, 1, "a quoted field is not closed"),
      ("\"a\"b,c", 1, 4, "text follows the closing quote of a field"),
    ])
  func refuses(text: String, line: Int, column: Int, message: String) {
    #expect {
      try DelimitedText.rows(text)
    } throws: { error in
      let fault = error as? DelimitedText.Fault
      return fault?.line == line && fault?.column == column && fault?.message == message
    }
  }

  @Test(
    arguments: [
      ("", 1, "the table has no header line"), ("a,a\n", 1, "column 'a' stands twice"),
      ("a,b\n1\n", 2, "the row has 1 field where the header has 2"),
      ("a,b\n1,2\n1,2,3\n", 3, "the row has 3 fields where the header has 2"),
    ])
  func tablesAreRectangular(text: String, line: Int, message: String) {
    #expect {
      try DelimitedTable(text)
    } throws: { error in
      let fault = error as? DelimitedText.Fault
      return fault?.line == line && fault?.message == message
    }
  }

  @Test func tablesAnswerByColumn() throws {
    let table = try DelimitedTable("name,size\nx,3\n")
    #expect(table.column("size") == 1)
    #expect(table.field("size", in: table.rows[0])?.text == "3")
    #expect(table.field("colour", in: table.rows[0]) == nil)
  }
}
