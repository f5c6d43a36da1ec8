#if Server
import ArgumentParser
import LeadSharkWebhooks

extension LeadShark {
    /// `leadshark canonicalize`
    struct Canonicalize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print JSON as JavaScript writes it: the text that LeadShark signs.",
            usage: "leadshark canonicalize [<file>] [--lines]",
            discussion: """
                Byte for byte what JSON.stringify(JSON.parse(text)) gives, without a newline behind it, so that it can be \
                passed on to sign or verify. Exits with 65 when the text is not JSON. With --lines it exits with 0 whatever \
                the lines hold, so that each line out belongs to its line in: look for ERROR, which a blank line gives too.
                """)

        /// What stands for a line that is not JSON.
        static let error = "ERROR"

        private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

        @OptionGroup var input: InputFile

        @Flag(
            help: "Take each line for a document of its own: a line out for each line in, ERROR where it is not JSON.")
        var lines = false

        func run() async throws {
            let context = Context.current
            let text = try input.read(in: context)
            if lines {
                context.console.printUnchanged(Self.byLine(text))
                return
            }
            guard !text.starts(with: Self.byteOrderMark) else {
                throw CommandError(
                    .badData, "this is not JSON: it begins with a byte order mark, which is no part of JSON")
            }
            do throws(JSONError) {
                context.console.printUnchanged(try JSONValue.stringify(parsing: text))
            } catch {
                throw CommandError(.badData, "this is not JSON: \(error)")
            }
        }

        /// A last line needs no newline in, and has one out.
        static func byLine(_ text: [UInt8]) -> [UInt8] {
            var output: [UInt8] = []
            output.reserveCapacity(text.count)
            var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            if lines.last?.isEmpty == true { lines.removeLast() }
            for line in lines {
                output += (try? JSONValue.stringify(parsing: Array(line))) ?? Array(error.utf8)
                output.append(UInt8(ascii: "\n"))
            }
            return output
        }
    }
}
#endif
