#if Server
import ArgumentParser
import FoundationEssentials

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people. Not to be parsed: it may change.
    case text
    /// For programs.
    case json
}

/// The option that every command with a result has.
struct FormatOption: ParsableArguments {
    @Option(help: "Print the result as text or json.")
    var format: OutputFormat = .text
}

extension Console {
    /// Prints a value as one line of JSON, its keys sorted.
    func printJSON(_ value: some Encodable) throws { printUnchanged(try Self.jsonLine(value)) }

    /// A value as one line of JSON, its keys sorted, with nothing in it that could steer a terminal.
    static func jsonLine(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date))
        }
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        return Array((VisibleText.json(text) + "\n").utf8)
    }
}
#endif
