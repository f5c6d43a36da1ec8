#if Server
import Testing

@testable import leadshark

@Suite("Columns")
struct TableTests {
    @Test("A cell can neither break its line nor steer the terminal")
    func hostile() {
        var table = Table(["A", "B"])
        table.add(["x\ny", "\u{1b}[31m"])
        #expect(table.text == "A         B\nx\\u{0A}y  \\u{1B}[31m")
    }

    @Test("Columns are aligned, and lines have no blanks at their end")
    func aligned() {
        var table = Table(["ID", "NAME", "C"])
        table.add(["1", "ä", ""])
        table.add(["1000", "bb", "c"])
        #expect(table.text == "ID    NAME  C\n1     ä\n1000  bb    c")
    }
}
#endif
