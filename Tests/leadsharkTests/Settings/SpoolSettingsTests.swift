#if Server
import Foundation
import LeadSharkSQLite
import Testing

@testable import leadshark

@Suite struct SpoolSettingsTests {
    private let directory: TemporaryDirectory
    private let context: Context

    init() throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        context = Context(
            environment: [:], directory: directory.path, console: .standard,
            input: StandardInput(
                isTerminal: { false }, readAll: { _ in .bytes([]) }, readLine: { nil }, readHiddenLine: { _ in nil }))
    }

    private func spool(
        _ path: String?, limit: String? = nil, store: String = "store.sqlite"
    ) throws -> SpoolSettings? {
        var environment: [String: String] = [:]
        environment["LEADSHARK_SPOOL"] = path
        environment["LEADSHARK_SPOOL_LIMIT"] = limit
        return try SettingsSource(environment: environment, file: nil).spool(
            flag: nil, besides: .sqlite(path: store), in: context)
    }

    @Test(
        "What is no plain path is refused",
        arguments: ["sqlite:spool.sqlite", "postgres://host/spool", "file:spool", ":memory:", "a\u{0}b"])
    func noPath(_ path: String) throws {
        let error = #expect(throws: CommandError.self) { try spool(path) }
        #expect(error?.status == .configuration)
        #expect(error?.message.hasPrefix("LEADSHARK_SPOOL (from the environment) is no plain path") == true)
    }

    @Test(
        "The store's own file is refused, by whatever name",
        arguments: ["store.sqlite", "./store.sqlite", "link/store.sqlite", "other.sqlite"], [true, false])
    func sameFile(_ path: String, isThere: Bool) throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/link", withDestinationPath: directory.path)
        if isThere {
            try directory.write("store.sqlite", "")
            try FileManager.default.linkItem(
                atPath: directory.path + "/store.sqlite", toPath: directory.path + "/other.sqlite")
        } else if path == "other.sqlite" {
            #expect(try spool(path) != nil)
            return
        }
        let error = #expect(throws: CommandError.self) { try spool(path) }
        #expect(error?.message.contains("names the store's own file") == true)
    }

    @Test("What is no size of 1 MiB at least is refused", arguments: ["0", "1000K", "64", "all", "1T"])
    func noLimit(_ limit: String) throws {
        let error = #expect(throws: CommandError.self) { try spool("spool.sqlite", limit: limit) }
        #expect(error?.message.hasPrefix("LEADSHARK_SPOOL_LIMIT (from the environment) is no size") == true)
    }

    @Test("Without a path there is none; with one it has a gibibyte, or what is said")
    func limits() throws {
        #expect(try spool(nil) == nil)
        #expect(try spool(nil, limit: "64M") == nil)
        #expect(try spool("spool.sqlite")?.options == SQLiteSpool.Options())
        #expect(try spool("spool.sqlite", limit: "64M")?.options.maximumByteCount == 64 << 20)
        let source = try SettingsSource(
            environment: ["LEADSHARK_SPOOL": "a", "LEADSHARK_MINIMUM_FREE_SPACE": "1M"], file: nil)
        let flagged = try source.spool(
            flag: "b", limit: "8M", minimumFreeSpace: "2M", besides: .sqlite(path: "store.sqlite"), in: context)
        #expect(flagged?.path.value == "b")
        #expect(flagged?.options.maximumByteCount == 8 << 20)
        #expect(flagged?.options.minimumFreeByteCount == 2 << 20)
        let error = #expect(throws: CommandError.self) {
            try SettingsSource(environment: [:], file: nil).spool(
                flag: nil, limit: "8M", besides: .sqlite(path: "store.sqlite"), in: context)
        }
        #expect(error?.status == .usage)
    }

    @Test("A spool on the store's own disk can be told from one elsewhere")
    func sameDisk() throws {
        let store = StoreLocation.sqlite(path: "store.sqlite")
        #expect(try #require(try spool("spool.sqlite")).isOnDisk(of: store, in: context))
        #expect(try !#require(try spool("/proc/spool.sqlite")).isOnDisk(of: store, in: context))
    }
}
#endif
