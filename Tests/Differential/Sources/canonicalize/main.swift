import Foundation
import LeadSharkWebhooks

// Reads one document per line, or one in each of the files that it is given, and writes for each a line with its canonical
// text, or `ERROR` where it is not JSON. The text is made in both ways there are, which must agree.

/// The lines of standard input, as bytes, without their line feeds.
struct Lines: Sequence, IteratorProtocol {
    private var buffer: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    /// Up to where no line feed was found.
    private var searched = 0

    mutating func next() -> [UInt8]? {
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { (start, searched) = (end + 1, end + 1) }
                return Array(buffer[start..<end])
            }
            let more = FileHandle.standardInput.availableData
            if more.isEmpty {
                defer { (buffer, start, searched) = ([], 0, 0) }
                return start < buffer.count ? Array(buffer[start...]) : nil
            }
            buffer.removeSubrange(..<start)
            (start, searched) = (0, buffer.count)
            buffer.append(contentsOf: more)
        }
    }
}

func canonicalText(of line: [UInt8]) -> [UInt8] {
    do throws(JSONError) {
        let text = try JSONValue.stringify(parsing: line)
        let fromTree = try JSONValue(parsing: line).stringified
        return text.elementsEqual(fromTree.utf8) ? text : Array("DISAGREEMENT".utf8)
    } catch {
        return Array("ERROR".utf8)
    }
}

let files = CommandLine.arguments.dropFirst()
let documents: any Sequence<[UInt8]> =
    files.isEmpty ? Lines() : files.lazy.map { [UInt8](FileManager.default.contents(atPath: $0) ?? Data()) }
var answers = Data()
for document in documents {
    answers.append(contentsOf: canonicalText(of: document))
    answers.append(UInt8(ascii: "\n"))
    if answers.count > 1 << 16 {
        FileHandle.standardOutput.write(answers)
        answers.removeAll(keepingCapacity: true)
    }
}
FileHandle.standardOutput.write(answers)
