#if Server
import Foundation
import TestPeers
import Testing

#if Postgres
import TestPostgres
#endif

/// Clocks that are wrong, with the real program: what waits is attempted when it is due, and what is at work by nobody else.
@Suite("Whatever the time of day is, deliveries come when they are due")
struct ClockTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func keys(_ name: String) throws -> [String] {
        try folder.lines(of: name).compactMap { $0["key"] as? String }
    }

    @Test("A clock that jumps an hour ahead, and then two back, while events wait on SQLite")
    func jumps() async throws {
        let count = 8
        let clock = try await OtherClock(ahead: 0, in: folder)
        let port = try ClosedPort.number()
        let target = try await Target(at: port, in: folder)
        try Data().write(to: folder.file("target.ndjson.refuses"))
        let receiver = try await RunningReceiver(
            in: folder, ["--forward-url", "http://127.0.0.1:\(port)/leads"], environment: clock.environment)
        try clock.move(to: 3600)
        let sender = try ForeignSender(to: receiver, count: count)
        #expect(try await sender.statuses() == ["200": count])
        let ledger = try sender.acknowledged()
        try await condition("all were refused") { try Set(keys("target.ndjson.refused")) == ledger }
        try clock.move(to: -3600)
        try FileManager.default.removeItem(at: folder.file("target.ndjson.refuses"))
        try await condition("all came, when they were due") { try keys("target.ndjson").count == count }
        #expect(try await receiver.stop() == 0)
        #expect(try Set(keys("target.ndjson")) == ledger)
        #expect(OtherClock.hoursAhead(in: receiver.program.standardError).filter { $0 != 0 } == [1, -1])
        target.stop()
    }

    #if Postgres
    @Test(
        "Of two on one database one's clock is an hour fast, the other's slow, while they hold leases and events wait")
    func differ() async throws {
        let count = 12
        let database = try await PostgresCluster.shared().url(schema: PostgresCluster.makeSchema())
        // It takes so long that both have renewed their leases meanwhile, and looked for those that have run out.
        let port = try ClosedPort.number()
        let target = try await Target(at: port, in: folder, "11", "2")
        let url = "http://127.0.0.1:\(port)/leads"
        let receiver = try await RunningReceiver(
            in: folder, ["--forward-url", url], database: database,
            environment: OtherClock(ahead: 3600, in: folder).environment)
        let worker = try await RunningWorker(
            in: folder, database: database, ["--forward-url", url],
            environment: OtherClock(ahead: -3600, in: folder).environment)
        let sender = try ForeignSender(to: receiver, count: count)
        #expect(try await sender.statuses() == ["200": count])
        let ledger = try sender.acknowledged()
        try await condition("the first came") { try !keys("target.ndjson").isEmpty }
        try Data().write(to: folder.file("target.ndjson.quick"))
        try await condition("all is completed") { try await folder.states(database) == ["completed": count] }
        #expect(try await receiver.stop() == 0)
        #expect(try await worker.stop() == 0)
        #expect(try keys("target.ndjson").sorted() == ledger.sorted(), "each once")
        let refused = try keys("target.ndjson.refused")
        #expect(!refused.isEmpty && Set(refused).count == refused.count)
        let logs = [receiver.program.standardError, worker.program.standardError]
        #expect(logs.map(OtherClock.hoursAhead) == [[1], [-1]])
        for log in logs { #expect(!log.contains("Leases ran out") && !log.contains("A lease was lost")) }
        target.stop()
    }
    #endif
}
#endif
