#if Server
import ArgumentParser

/// How the commands about deliveries print.
enum DeliveriesFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people. Not to be parsed: it may change.
    case text
    /// One value.
    case json
    /// A value a line, where there are several.
    case ndjson
}

/// The option of all commands about deliveries.
struct DeliveriesFormatOption: ParsableArguments {
    @Option(help: "Print the result as text, json, or ndjson: an object a line.")
    var format: DeliveriesFormat = .text
}

extension Console {
    /// Prints rows, as an array or a line for each.
    func print(rows: [some Encodable], as format: DeliveriesFormat) throws {
        if format == .json { return try printJSON(rows) }
        for row in rows { try printJSON(row) }
    }
}
#endif
