#if Server
/// How many letters have to be put in, taken out or replaced to make one name another.
enum EditDistance {
    static func between(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                current.append(
                    min(previous[column + 1] + 1, current[column] + 1, previous[column] + (byte == other ? 0 : 1)))
            }
            previous = current
        }
        return previous[right.count]
    }

    /// The nearest of `names`, the first of several; `nil` only when there are none.
    static func nearest(to name: String, among names: [String]) -> String? {
        // Nobody types a name of this length; the bound keeps a hostile environment from costing time.
        let name = String(name.prefix(256))
        return names.min { between(name, $0) < between(name, $1) }
    }
}
#endif
