#if Postgres
import Foundation
import LeadSharkDelivery
import LeadSharkStoreConformance
@testable import LeadSharkPostgres
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import Testing
import TestPostgres

extension PostgresTests {
    /// Several processes' stores on one schema.
    @Suite struct PostgresSharingTests {
        /// Two stores on one schema.
        private func withTwo(
            through pooler: PostgresPooler? = nil,
            _ body: (PostgresDeliveryStore, PostgresDeliveryStore) async throws -> Void
        ) async throws {
            try await withPostgres(through: pooler) { first in
                let second = try await PostgresDeliveryStore.open(first.configuration, logger: .silent)
                try await body(first, second)
                try await second.close()
            }
        }

        @Test("Batches with identities in common, in opposite orders and at once, store each once and lock nobody out")
        func sameIdentities() async throws {
            try await withTwo { first, second in
                for round in 0..<20 {
                    let events = (0..<16).map { NewEvent.fixture(round * 100 + $0) }
                    async let one = first.enqueue(events, for: ["crm"])
                    async let other = second.enqueue(events.reversed(), for: ["crm"])
                    let stored = (try await one + other).count { if case .stored = $0 { true } else { false } }
                    #expect(stored == 16)
                }
                #expect(try await first.counts() == ["crm": [.ready: 320]])
            }
        }

        @Test("No delivery is leased twice by workers that lease at once")
        func leases() async throws {
            try await withTwo { first, second in
                _ = try await first.enqueue((0..<300).map { .fixture($0) }, for: ["crm"])
                let tokens = try await withThrowingTaskGroup(of: [LeaseToken].self) { group in
                    for index in 0..<8 {
                        let store = index.isMultiple(of: 2) ? first : second
                        group.addTask {
                            var tokens: [LeaseToken] = []
                            while true {
                                let leases = try await store.lease("crm", limit: 7, for: .seconds(60))
                                tokens += leases.map(\.token)
                                // None may be left, or others may have them locked just now.
                                if leases.isEmpty, try await store.timeUntilNextDelivery(for: "crm") == nil {
                                    return tokens
                                }
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(tokens.count == 300)
                #expect(Set(tokens).count == 300)
            }
        }

        @Test("Lanes that are filled and emptied at once by two always have one head, and never stand still")
        func lanes() async throws {
            try await withTwo { first, second in
                let recipient = DeliveryRecipient("crm", ordering: .perPerson)
                let count = 240
                let done = LockedValue<[EventID]>([])
                let open = LockedValue<Set<EventID>>([])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, store) in [first, second, first, second].enumerated() {
                        group.addTask {
                            for number in stride(from: index, to: count, by: 4) {
                                // Three people, over and over.
                                _ = try await store.enqueue([.ofPerson(number % 3, number: number)], for: [recipient])
                            }
                        }
                        group.addTask {
                            while done.withLock({ $0.count }) < count {
                                let leases = try await store.lease("crm", limit: 5, for: .seconds(60))
                                #expect(leases.count <= 3, "one of each lane at most")
                                for lease in leases {
                                    #expect(open.withLock { $0.insert(lease.event.id).inserted })
                                }
                                let lost = try await store.settle(leases.map { Settlement($0.token, .completed) })
                                #expect(lost.isEmpty)
                                done.withLock { $0 += leases.map(\.event.id) }
                                if leases.isEmpty { await Task.yield() }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await first.counts() == ["crm": [.completed: count]])
            }
        }

        @Test("What one stores wakes the other at once, without a poll; many at once make few notifications")
        func notifications() async throws {
            try await withTwo { first, second in
                let heard = LockedValue(0)
                second.whenOthersEnqueue { heard.withLock { $0 += 1 } }
                // Once it listens it says so, since it may have missed some.
                try await until("the second listens") { heard.withLock { $0 } == 1 }
                for number in 0..<200 { try await first.store(.fixture(number)) }
                try await until("the second heard") { heard.withLock { $0 } > 1 }
                #expect(heard.withLock { $0 } < 200)
            }
        }

        @Test("A store does not hear itself, nor a store of another schema")
        func foreignNotifications() async throws {
            try await withPostgres { other in
                try await withTwo { first, second in
                    let heard = LockedValue(0)
                    first.whenOthersEnqueue { heard.withLock { $0 += 1 } }
                    let told = LockedValue(0)
                    second.whenOthersEnqueue { told.withLock { $0 += 1 } }
                    try await until("both listen") { heard.withLock { $0 } == 1 && told.withLock { $0 } == 1 }
                    try await first.store(.fixture(1))
                    try await other.store(.fixture(1))
                    try await until("what the first stored came to the second") { told.withLock { $0 } == 2 }
                    try await second.store(.fixture(2))
                    try await until("what the second stored came to the first") { heard.withLock { $0 } == 2 }
                }
            }
        }

        @Test("Without notifications, and through a pooler, a worker finds what others stored by looking")
        func poll() async throws {
            try await withTwo(through: .warm()) { first, second in
                let delivered = LockedValue<[EventIdentity]>([])
                let handler = RecordingHandler { identity in delivered.withLock { $0.append(identity) } }
                var worker = Worker.Configuration()
                worker.maximumIdle = .milliseconds(50)
                let engine = try DeliveryEngine(store: second, handlers: [handler], worker: worker, logger: .silent)
                let run = Task { try await engine.worker.run() }
                try await first.store(.fixture(1), .fixture(2))
                try await until("both were delivered") { delivered.withLock { $0.count } == 2 }
                run.cancel()
                try await run.value
                // Nothing was prepared, and nobody listens.
                #expect(
                    try Database(first.configuration.url).number(
                        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN \(first.schema.channel)%'") == 0
                )
            }
        }

        @Test(
            "Backends that are ended over and over, and a server that is restarted, cost nothing that was acknowledged",
            arguments: [false, true])
        func endedBackends(restarting: Bool) async throws {
            let cluster = try await restarting ? PostgresCluster() : PostgresCluster.shared()
            let application = "app_" + PostgresCluster.makeSchema()
            var configuration = PostgresDeliveryStore.Configuration(
                url: try PostgresURL(
                    cluster.url(schema: PostgresCluster.makeSchema(), "&application_name=\(application)")))
            configuration.commitTimeout = .seconds(30)
            configuration.workTimeout = .seconds(30)
            let receiver = try await PostgresDeliveryStore.open(configuration, logger: .silent)
            let worker = try await PostgresDeliveryStore.open(configuration, logger: .silent)

            let delivered = LockedValue<[EventIdentity]>([])
            let acknowledged = LockedValue<Set<EventIdentity>>([])
            let handler = RecordingHandler { identity in delivered.withLock { $0.append(identity) } }
            let way = try DeliveryEngine(store: receiver, handlers: [handler], logger: .silent)
            let out = try DeliveryEngine(store: worker, handlers: [handler], logger: .silent)
            let services = [Task { try await way.queue.run() }, Task { try await out.worker.run() }]
            let isOver = LockedValue(false)
            let senders = (0..<8).map { sender in
                Task {
                    var number = sender
                    while !isOver.withLock({ $0 }) {
                        let event = NewEvent.fixture(number)
                        if (try? await way.queue.enqueue(event)) != nil {
                            acknowledged.withLock { _ = $0.insert(event.envelope.identity) }
                            number += 8
                        }
                    }
                }
            }
            for round in 1...(restarting ? 3 : 25) {
                let enough = acknowledged.withLock { $0.count } + 20
                try await until("more is acknowledged, in round \(round)") {
                    acknowledged.withLock { $0.count } >= enough
                }
                if restarting {
                    try await round == 2 ? cluster.crash() : cluster.restart()
                } else {
                    _ = try Database(try PostgresURL(cluster.url(schema: "x"))).number(
                        """
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                        WHERE application_name = '\(application)'
                        """)
                }
            }
            isOver.withLock { $0 = true }
            for sender in senders { await sender.value }
            let ledger = acknowledged.withLock { $0 }
            try await until("all are completed") {
                try await receiver.counts()["crm"]?.keys.allSatisfy { $0 == .completed } == true
            }
            #expect(Set(delivered.withLock { $0 }).isSuperset(of: ledger))
            let database = try Database(try PostgresURL(cluster.url(schema: configuration.url.schema)))
            let schema = configuration.url.schema
            #expect(
                try Set(database.texts("SELECT encode(identity, 'hex') FROM \(schema).event"))
                    .isSuperset(of: ledger.map(\.hexadecimal)))
            #expect(
                try database.number("SELECT count(*) - count(DISTINCT identity) FROM \(schema).event") == 0)
            #expect(try database.number("SELECT count(*) FROM \(schema).delivery WHERE crashes > 0") == 0)
            for service in services {
                service.cancel()
                _ = await service.result
            }
            try await receiver.close()
            try await worker.close()
        }
    }
}

/// Tells of each event that it gets.
struct RecordingHandler: DeliveryHandler {
    let name: HandlerName = "crm"
    let record: @Sendable (EventIdentity) -> Void

    init(_ record: @escaping @Sendable (EventIdentity) -> Void) { self.record = record }

    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        record(delivery.identity)
        return .done
    }
}

extension NewEvent {
    /// An event of one of a few people.
    static func ofPerson(_ person: Int, number: Int) -> NewEvent {
        .payload(
            #"{"event":"new.comment","data":{"lead":{"actor_id":"person-\#(person)"},"comment_id":"c-\#(number)"}}"#)
    }
}
#endif
