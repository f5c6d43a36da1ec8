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

    @Test("A long cell is cut, so that it does not push the others out of sight")
    func long() throws {
        var table = Table(["A", "B"])
        table.add([String(repeating: "a", count: 100_000), String(repeating: "b", count: 100_000)])
        table.add([String(repeating: "c", count: 48), "\u{1b}" + String(repeating: "d", count: 240)])
        let lines = table.text.split(separator: "\n")
        #expect(lines[1] == String(repeating: "a", count: 47) + "…  " + String(repeating: "b", count: 239) + "…")
        #expect(lines[2].hasPrefix(String(repeating: "c", count: 48) + "  \\u{1B}ddd"))
        #expect(lines[2].count == 48 + 2 + 240)
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
