#if Server
/// Text in columns.
struct Table {
    /// How many characters of a cell are shown; more in the last column, which pushes nothing aside.
    static let maximumCellWidth = 48
    static let maximumLastCellWidth = 240

    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }

    /// Adds a row; what is hostile in its cells is escaped, so that a row is a line, and what is long is cut: the whole
    /// stands in the output for machines.
    mutating func add(_ cells: [String]) {
        rows.append(
            cells.enumerated().map { column, cell in
                let width = column < header.count - 1 ? Self.maximumCellWidth : Self.maximumLastCellWidth
                let visible = VisibleText.line(cell.prefix(width + 1))
                return visible.count > width ? visible.prefix(width - 1) + "…" : visible
            })
    }

    /// The lines, columns two blanks apart. Widths count characters, which is right for most scripts.
    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                guard column < row.count - 1 else { break }
                line += String(repeating: " ", count: widths[column] - cell.count + 2)
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
#endif
