#if Server
import Foundation

/// What a receiver wrote and synced, in the order of its system calls, as `strace -f -y` has recorded it.
struct SyncTrace {
    private let log: String
    private let lines: [Substring]
    private var syncs: [(start: Int, end: Int)] = []
    private var answers: [Int] = []

    /// The command line that `strace` goes before.
    static func command(into file: URL) -> [String] {
        [
            // -D: the receiver is our child, and strace its. Whole pages, so that marks in them are seen.
            "strace", "-D", "-f", "-y", "-s", "6000", "-o", file.path, "-e",
            "trace=pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync",
        ]
    }

    /// - Parameter name: How the name of the file ends whose write-ahead log is looked at.
    init(_ file: URL, of name: String = "") throws {
        log = "\(name)-wal>"
        // strace writes any byte that is not printable as an escape.
        lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        var begun: [Substring: Int] = [:]
        for (number, line) in lines.enumerated() {
            let thread = line.prefix { $0 != " " }
            let isSync = line.contains(" fdatasync(") || line.contains(" fsync(")
            if isSync, line.contains(log) {
                if line.contains("<unfinished ...>") {
                    begun[thread] = number
                } else if line.hasSuffix("= 0") {
                    syncs.append((number, number))
                }
            } else if line.contains("sync resumed>"), line.hasSuffix("= 0"),
                let start = begun.removeValue(forKey: thread)
            {
                syncs.append((start, number))
            } else if line.contains("\"HTTP/1.1 200 ") {
                answers.append(number)
            }
        }
    }

    /// Whether the log of `strace` is complete.
    static func isComplete(_ file: URL) -> Bool {
        let text = try? String(contentsOf: file, encoding: .utf8)
        return text?.suffix(200).contains("+++ exited with") == true
    }

    /// The requests, by number, that were answered without a sync of the write-ahead log that began after their event had
    /// been written to it and was over before their answer was begun.
    ///
    /// - Parameter marks: A text that is in the event of each request, and in no other's. One request came after another.
    func unsynced(_ marks: [String]) -> [Int] {
        marks.indices.filter { number in
            guard number < answers.count,
                let write = lines.firstIndex(where: {
                    $0.contains(log) && $0.contains(" pwrite") && $0.contains(marks[number])
                })
            else { return true }
            return !syncs.contains { $0.start > write && $0.end < answers[number] }
        }
    }

    var answerCount: Int { answers.count }
}
#endif
