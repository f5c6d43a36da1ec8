#if Postgres
import Foundation
import LeadSharkPostgres
import Logging
import TestPostgres
import Testing

/// Receivers and workers that are killed every one to three seconds under load: 15 seconds on each store, longer in `make soak`.
@Suite("Killed again and again, nothing that was answered 200 is lost", .serialized)
struct KillTests {
    private let folder: TemporaryFolder
    private let end: URL

    init() throws {
        folder = try TemporaryFolder()
        end = folder.file("end")
    }

    private let clock = ContinuousClock()

    /// How much longer it goes on at most until enough has happened to show anything: on a slow machine that takes a while.
    private static let patience: Duration = .seconds(300)

    /// Whether that is so.
    private func isEnough(kills: Int, _ senders: [ForeignSender]) throws -> Bool {
        try kills > 2 && senders.reduce(0) { $0 + (try $1.acknowledged().count) } > 100
    }

    private func pause(_ generator: inout SeededGenerator) -> Duration {
        .milliseconds(Int.random(in: 1000...3000, using: &generator))
    }

    /// Starts something anew until it runs, as a supervisor does.
    private func supervise(_ restart: () async throws -> Void) async throws {
        try await until("it runs again") {
            do {
                try await restart()
                return true
            } catch is Timeout {
                return false
            }
        }
    }

    private func check(_ ledger: Set<String>, _ lines: [String], kills: Int, _ what: String) throws {
        #expect(Set(lines) == ledger, "seed \(Soak.seed)")
        #expect(ledger.count > 100 && kills > 2)
        try Soak.report(
            """
            - \(what): killed \(kills) times; \(ledger.count) events were answered 200, and all of them came out, \
            \(lines.count - Set(lines).count) of them more than once (seed \(Soak.seed)).
            """)
    }

    @Test("A receiver on SQLite")
    func sqlite() async throws {
        var generator = SeededGenerator(seed: Soak.seed)
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson"])
        let sender = try ForeignSender(
            to: receiver, count: .max, concurrency: 16, persisting: true, rate: 400, until: end)
        let stop = clock.now + Soak.duration(short: 15)
        var kills = 0
        while try clock.now < stop || clock.now < stop + Self.patience && !isEnough(kills: kills, [sender]) {
            try await clock.sleep(for: pause(&generator))
            #expect(sender.isRunning && receiver.program.isRunning, "seed \(Soak.seed)")
            try await receiver.kill()
            kills += 1
            try await receiver.restart()
        }
        try Data().write(to: end)
        let statuses = try await sender.statuses()
        #expect(Set(statuses.keys).isSubset(of: ["0", "200", "503"]))
        let ledger = try sender.acknowledged()
        try await condition("all is completed, seed \(Soak.seed)", within: .seconds(600)) {
            try await folder.states("sqlite:store.sqlite") == ["completed": ledger.count]
        }
        #expect(try await receiver.stop() == 0)
        try check(ledger, folder.delivered("leads.ndjson"), kills: kills, "One receiver on SQLite")
    }

    @Test("Two receivers and two workers on PostgreSQL, whose backends are ended twice a second, and which restarts")
    func postgres() async throws {
        var generator = SeededGenerator(seed: Soak.seed)
        let cluster = try await PostgresCluster()
        let database = cluster.url(schema: "leadshark")
        // What only receives has the name of the file's handler, and never touches a file.
        var receivers: [RunningReceiver] = []
        var workers: [RunningWorker] = []
        for number in 0...1 {
            receivers.append(
                try await RunningReceiver(
                    in: folder, ["--no-worker", "--leads-file", "elsewhere.ndjson"], database: database))
            workers.append(
                try await RunningWorker(in: folder, database: database, ["--leads-file", "leads-\(number).ndjson"]))
        }
        let senders = try receivers.enumerated().map { number, receiver in
            try ForeignSender(
                to: receiver, count: .max, concurrency: 16, run: "r\(number)", persisting: true, rate: 100, until: end)
        }
        let start = clock.now
        let stop = start + Soak.duration(short: 15)
        var kills = 0
        var restarts = 0
        var ended = 0
        var nextKill = start + pause(&generator)
        while try clock.now < stop
            || clock.now < stop + Self.patience && (ended <= 5 || restarts == 0 || !isEnough(kills: kills, senders))
        {
            try await clock.sleep(for: .milliseconds(500))
            ended += try await endBackend(database)
            // One restart in ten seconds, every other of them a crash.
            if clock.now > start + .seconds(8 + 10 * restarts) {
                restarts += 1
                try await restarts.isMultiple(of: 2) ? cluster.restart() : cluster.crash()
            }
            guard clock.now > nextKill else { continue }
            for program in receivers.map(\.program) + workers.map(\.program) {
                #expect(
                    program.isRunning, "none ends by itself, seed \(Soak.seed): \(program.standardError.suffix(500))")
            }
            let index = Int.random(in: 0...1, using: &generator)
            if kills.isMultiple(of: 2) {
                try await receivers[index].kill()
                try await supervise(receivers[index].restart)
            } else {
                try await workers[index].kill()
                try await supervise(workers[index].restart)
            }
            kills += 1
            nextKill = clock.now + pause(&generator)
        }
        try Data().write(to: end)
        var ledger: Set<String> = []
        for sender in senders {
            #expect(try await Set(sender.statuses().keys).isSubset(of: ["0", "200", "503"]))
            ledger.formUnion(try sender.acknowledged())
        }
        // What a killed worker held is reclaimed when its lease has run out, on the database's clock.
        let store = try await PostgresDeliveryStore.openExisting(
            .init(url: PostgresURL(database)), logger: Logger(label: "kills") { _ in SwiftLogNoOpLogHandler() })
        try await condition("all is completed, seed \(Soak.seed)", within: .seconds(600)) {
            try await store.advanceClock(by: .seconds(5))
            return try await folder.states(database) == ["completed": ledger.count]
        }
        try await store.close()
        for worker in workers { #expect(try await worker.stop() == 0) }
        for receiver in receivers { #expect(try await receiver.stop() == 0) }
        #expect(ended > 5 && restarts > 0)
        #expect(!FileManager.default.fileExists(atPath: folder.file("elsewhere.ndjson").path))
        let logs = (receivers.map(\.program) + workers.map(\.program)).map(\.standardError).joined()
        #expect(!logs.contains(PostgresCluster.password) && !logs.contains(PostgresCluster.encodedPassword))
        try check(
            ledger, folder.delivered("leads-0.ndjson", "leads-1.ndjson"), kills: kills,
            "Two receivers and two workers on PostgreSQL, \(ended) backends ended, \(restarts) restarts and crashes")
    }

    /// Ends one of the server's backends, if it takes the order.
    private func endBackend(_ database: String) async throws -> Int {
        let ended = try await folder.query(
            database,
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'leadshark' ORDER BY random() LIMIT 1
            """)
        return ended?.contains("t") == true ? 1 : 0
    }
}
#endif
