#if Postgres
import Foundation
import LeadSharkDelivery
import LeadSharkPostgres
import LeadSharkSQLite
import LeadSharkStoreConformance
import Logging
import TestPeers
import TestPostgres
import Testing

/// What shows when it goes on for long: small and quick in `make test`, as large and long as it has to be in `make soak`.
@Suite("In the long run", .serialized)
struct EnduranceTests {
    private let folder: TemporaryFolder
    private let clock = ContinuousClock()
    private let silent = Logger(label: "endurance") { _ in SwiftLogNoOpLogHandler() }

    init() throws { folder = try TemporaryFolder() }

    // MARK: A slow consumer

    @Test("A target that takes a small part of what arrives costs no memory, and gets all when it is quick again")
    func slowConsumer() async throws {
        let port = try ClosedPort.number()
        // Eight at a time, of 0.4 s each.
        let target = try await Target(at: port, in: folder, "0.4")
        let receiver = try await RunningReceiver(in: folder, ["--forward-url", "http://127.0.0.1:\(port)/leads"])
        #expect(try await ForeignSender(to: receiver, count: 50, run: "warm").statuses() == ["200": 50])
        let idle = try receiver.program.residentByteCount()

        let sender = try ForeignSender(
            to: receiver, count: .max, concurrency: 16, persisting: true, rate: 800, until: folder.file("end"))
        let stop = clock.now + Soak.duration(short: 4)
        var highest = idle
        // However slow the machine is, much is to wait.
        try await condition("its time is over, and a hundred wait", within: Soak.duration(short: 4) + .seconds(300)) {
            try await clock.sleep(for: .milliseconds(200))
            highest = max(highest, try receiver.program.residentByteCount())
            let isOver = clock.now >= stop
            return try isOver && sender.acknowledged().count >= folder.lineCount(of: "target.ndjson") + 50
        }
        try Data().write(to: folder.file("end"))
        _ = try await sender.statuses()
        let ledger = try sender.acknowledged()
        let all = ledger.count + 50
        let open = all - folder.lineCount(of: "target.ndjson")
        #expect(open > 0, "some still wait")
        try Data().write(to: folder.file("target.ndjson.quick"))
        try await condition("all is completed", within: .seconds(1800)) {
            highest = max(highest, try receiver.program.residentByteCount())
            guard folder.lineCount(of: "target.ndjson") >= all else {
                // To count what is completed, over and over, would be the most of the work.
                try await clock.sleep(for: .milliseconds(200))
                return false
            }
            return try await folder.states("sqlite:store.sqlite") == ["completed": all]
        }
        #expect(highest - idle < Soak.memoryGrowth)
        #expect(try await receiver.stop() == 0)
        let keys = try folder.lines(of: "target.ndjson").compactMap { $0["key"] as? String }
        #expect(Set(keys).isSuperset(of: ledger))
        #expect(keys.count == all)
        target.stop()
        try Soak.report(
            """
            - A target that takes 20 events a second while up to 800 arrive: \(ledger.count) answered 200, \(open) of them waited at the \
            most, each came out once; memory grew by \((highest - idle) >> 20) MiB.
            """)
    }

    // MARK: Many events

    /// How many events are stored, and how many of them are dead, and how many wait.
    private var sizes: (all: Int, each: Int) { Soak.isLong ? (1_000_000, 100_000) : (3_000, 300) }

    private func fill(_ store: any DeliveryStore, from first: Int = 0, to count: Int) async throws {
        for start in stride(from: first, to: count, by: 1000) {
            let events = (start..<min(start + 1000, count)).map { NewEvent.fixture($0) }
            _ = try await store.enqueue(events, for: ["leads-file"])
        }
    }

    /// Gives so many of the oldest a verdict.
    private func settle(
        _ store: any DeliveryStore, count: Int, _ verdict: Settlement.Verdict
    ) async throws {
        var left = count
        while left > 0 {
            let leases = try await store.lease("leads-file", limit: min(1000, left), for: .seconds(600))
            guard !leases.isEmpty else { throw Timeout(description: "nothing is left to settle") }
            #expect(try await store.settle(leases.map { Settlement($0.token, verdict) }).isEmpty)
            left -= leases.count
        }
    }

    /// How long a lease of ten takes in each store, which take turns; the middle one of many.
    private func leaseTimes(_ stores: [any DeliveryStore]) async throws -> [Duration] {
        var times: [[Duration]] = stores.map { _ in [] }
        for _ in 0..<(Soak.isLong ? 600 : 10) {
            for (index, store) in stores.enumerated() {
                let start = clock.now
                let leases = try await store.lease("leads-file", limit: 10, for: .seconds(600))
                times[index].append(clock.now - start)
                #expect(leases.count == 10)
                #expect(try await store.settle(leases.map { Settlement($0.token, .release) }).isEmpty)
            }
        }
        return times.map { $0.sorted()[$0.count / 2] }
    }

    /// Compares leases of a store with 1,000 that are ready, and of one that grows, has many ready, then many dead and waiting.
    private func leaseRatios(_ small: any DeliveryStore, _ large: any DeliveryStore, _ what: String) async throws {
        let (all, each) = sizes
        try await fill(small, to: 1000)
        try await fill(large, to: all)
        let ready = try await leaseTimes([small, large])
        try await settle(large, count: each, .deadLetter(reason: "no"))
        try await settle(large, count: each, .retry(after: .seconds(24 * 3600), reason: "later"))
        try await settle(large, count: all - 2 * each - 1000, .completed)
        let mixed = try await leaseTimes([small, large])
        let statistics = try await large.statistics(of: [.ready, .waiting, .deadLettered])["leads-file"]
        #expect(statistics?.counts[.waiting] == each && statistics?.counts[.deadLettered] == each)
        #expect(statistics?.counts[.ready] == 1000)
        let ratios = [ready, mixed].map { $0[1] / $0[0] }
        // A time of a few leases says nothing on a machine that does other things.
        if Soak.isLong { for ratio in ratios { #expect(ratio <= 1.3, "\(what): \(ready), \(mixed)") } }
        let shown = ratios.map { String(format: "%.2f", $0) }
        try Soak.report(
            """
            - \(what), a lease of ten, against a store with 1,000 ready (\(ready[0])): with \(all) ready \(shown[0]) of its time, with \
            \(each) dead, \(each) waiting and the rest completed but for 1,000 \(shown[1]).
            """)
    }

    @Test("On SQLite a lease takes as long with a million events as with a thousand, and the receiver no more memory")
    func manyOnSQLite() async throws {
        let (all, each) = sizes
        let small = try await SQLiteDeliveryStore.openUnsafely(path: folder.file("small.sqlite").path)
        let large = try await SQLiteDeliveryStore.openUnsafely(path: folder.file("large.sqlite").path)
        try await leaseRatios(small, large, "SQLite")
        try await small.close()
        try await large.close()

        let more = Soak.isLong ? 2_000 : 200
        var sizes: [Int] = []
        for name in ["small", "large"] {
            let receiver = try await RunningReceiver(
                in: folder, ["--leads-file", "\(name).ndjson"], store: "\(name).sqlite")
            let sender = try ForeignSender(to: receiver, count: more)
            #expect(try await sender.statuses() == ["200": more])
            try await condition("all came out") { try folder.delivered("\(name).ndjson").count == 1_000 + more }
            sizes.append(try receiver.program.residentByteCount())
            #expect(try await receiver.stop() == 0)
        }
        #expect(sizes[1] - sizes[0] < Soak.memoryGrowth)
        try Soak.report(
            """
            - The receiver with \(all) events, \(each) waiting and \(each) dead, after \(more) more: \(sizes[1] >> 20) MiB; with 1,000 \
            events: \(sizes[0] >> 20) MiB.
            """)
    }

    @Test("On PostgreSQL a lease takes as long with a million events as with a thousand")
    func manyOnPostgres() async throws {
        let cluster = try await PostgresCluster.shared()
        func open() async throws -> PostgresDeliveryStore {
            var configuration = PostgresDeliveryStore.Configuration(
                url: try PostgresURL(cluster.url(schema: PostgresCluster.makeSchema())))
            configuration.usesNotifications = false
            configuration.commitTimeout = .seconds(60)
            configuration.workTimeout = .seconds(60)
            return try await .open(configuration, logger: silent)
        }
        let small = try await open()
        let large = try await open()
        try await leaseRatios(small, large, "PostgreSQL")
        try await small.close()
        try await large.close()
    }

    // MARK: A transaction that stays open

    /// Stores, leases and completes as fast as it goes.
    ///
    /// - Returns: How many in a second.
    private func churn(_ store: PostgresDeliveryStore, for duration: Duration, _ number: inout Int) async throws
        -> Double
    {
        let start = clock.now
        var count = 0
        while clock.now < start + duration {
            _ = try await store.enqueue((number..<(number + 50)).map { .fixture($0) }, for: ["crm"])
            number += 50
            let leases = try await store.lease("crm", limit: 50, for: .seconds(60))
            #expect(leases.count == 50)
            #expect(try await store.settle(leases.map { Settlement($0.token, .completed) }).isEmpty)
            count += 50
        }
        return Double(count) / ((clock.now - start) / .seconds(1))
    }

    @Test("A transaction that stays open in the database, and keeps all that was deleted there, stops nothing")
    func openTransaction() async throws {
        let cluster = try await PostgresCluster.shared()
        let url = cluster.url(schema: PostgresCluster.makeSchema())
        let store = try await PostgresDeliveryStore.open(.init(url: try PostgresURL(url)), logger: silent)
        let part = Soak.duration(short: 3) / 3
        var number = 0
        let before = try await churn(store, for: part, &number)
        let holder = try Program(
            "psql",
            [
                String(url.prefix { $0 != "?" }), "-qAt", "-c", "BEGIN ISOLATION LEVEL REPEATABLE READ",
                "-c", "SELECT 'begun' FROM pg_class LIMIT 1", "-c", "\\! sleep 3600",
            ], in: folder)
        try await condition("the transaction has begun") { holder.standardOutput.contains("begun") }
        let early = try await churn(store, for: part / 4, &number)
        if part > .seconds(1) { _ = try await churn(store, for: part / 2, &number) }
        let late = try await churn(store, for: part / 4, &number)
        holder.send(SIGKILL)
        let after = try await churn(store, for: part, &number)
        let states = try await store.statistics(of: Set(DeliveryState.allCases))["crm"]?.counts.filter { $0.value > 0 }
        #expect(states == [.completed: number])
        try await store.close()
        try Soak.report(
            """
            - A transaction that stays open on PostgreSQL, deliveries a second, stored, leased and completed in turn: before \
            \(Int(before)), while it had been open for \(part / 4) \(Int(early)), for \(part) \(Int(late)), after its end \(Int(after)).
            """)
    }
}
#endif
