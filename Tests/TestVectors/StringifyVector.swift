import LeadSharkWebhooks

/// One case of `stringify.json`: a text, and what JavaScript makes of it.
package struct StringifyVector: Sendable, CustomStringConvertible {
    package let description: String
    package let text: [UInt8]
    /// What JavaScript makes of the text; `nil` where it throws.
    package let stringified: [UInt8]?
    /// The signature of that.
    package let signature: String?

    /// The secret of all signatures.
    package static let secret: String = (try? VectorFile.value("stringify").required("secret")) ?? ""

    /// All cases of the file; none when it cannot be read, which the tests of the vectors themselves notice.
    package static let all: [StringifyVector] = (try? load()) ?? []

    package static func load() throws -> [StringifyVector] { try VectorFile.entries("stringify").map(Self.init) }

    private init(_ entry: JSONValue) throws {
        description = try entry.required("description")
        let around = try Around(entry["nested"])
        text = around.put(try entry.bytes("text"))
        stringified = entry["stringified"]?.text.map { around.put(Array($0.utf8)) }
        signature = entry["signature"]?.text
        guard stringified != nil || entry["stringified"] == .null else {
            throw VectorFile.Malformed(name: "stringified")
        }
    }

    /// What stands around a text, many times.
    private struct Around {
        var open = ""
        var close = ""
        var count = 0

        init(_ entry: JSONValue?) throws {
            guard let entry else { return }
            open = try entry.required("open")
            close = try entry.required("close")
            count = try entry.integer("count") ?? 0
        }

        func put(_ middle: [UInt8]) -> [UInt8] {
            Array(String(repeating: open, count: count).utf8) + middle
                + Array(String(repeating: close, count: count).utf8)
        }
    }
}
