#if Server
import ArgumentParser
import LeadSharkSQLite

extension LeadShark.Deliveries {
    /// `leadshark deliveries backup`
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the store into a new file, also while the receiver runs.",
            usage: "leadshark deliveries backup <file> [<options>]",
            discussion: """
                The copy is the store as it was at one moment, checked, on the disk, and readable by you alone. It is as \
                personal as the store. No file is overwritten, and of a copy that fails nothing is left. To restore it, \
                stop the receiver, put the copy in the store's place (without -wal and -shm files beside it), and start.
                """)

        @Argument(help: ArgumentHelp("The file to make.", valueName: "file"))
        var file: String

        @OptionGroup var store: StoreOption
        @OptionGroup var output: DeliveriesFormatOption

        func validate() throws {
            if file.isEmpty { throw ValidationError("Name the file to make.") }
        }

        func run() async throws {
            let context = Context.current
            let byteCount = try await store.read(in: context) { store in
                guard let store = store as? SQLiteDeliveryStore else {
                    throw CommandError(
                        .usage, "the store is a database, which is backed up by its own means, such as pg_dump")
                }
                return try await store.backUp(to: context.path(file))
            }
            switch output.format {
            case .json, .ndjson: try context.console.printJSON(Result(file: file, bytes: byteCount))
            case .text: context.console.print("The store is in \(VisibleText.line(file)), \(byteCount) bytes")
            }
        }

        private struct Result: Encodable {
            let file: String
            let bytes: Int64
        }
    }
}
#endif
