#if Postgres
import Foundation
import LeadSharkDelivery
import LeadSharkStoreConformance
@testable import LeadSharkPostgres
import LeadSharkWebhooks
import Logging
import Testing
import TestPostgres

extension PostgresTests {
    /// What goes wrong between a store and its server.
    @Suite struct PostgresFaultTests {
        /// A store with one connection of each kind, behind a proxy.
        private func withProxy(
            _ configure: (inout PostgresDeliveryStore.Configuration) -> Void = { _ in },
            _ body: (PostgresDeliveryStore, CuttingProxy, Database) async throws -> Void
        ) async throws {
            let cluster = try await PostgresCluster.shared()
            let proxy = try CuttingProxy(to: cluster.port)
            defer { proxy.stop() }
            let schema = PostgresCluster.makeSchema()
            var configuration = PostgresDeliveryStore.Configuration.patient(
                try PostgresURL(cluster.url(schema: schema, host: "127.0.0.1", port: proxy.port)))
            configuration.ingestConnectionCount = 1
            configuration.workConnectionCount = 1
            configuration.usesNotifications = false
            configure(&configuration)
            let store = try await PostgresDeliveryStore.open(configuration, logger: .silent)
            // From here on everything is prepared: what is cut is the statement itself.
            try await store.store(.fixture(0), for: ["warm"])
            let warm = try #require(try await store.leaseOne("warm"))
            #expect(try await store.settle([Settlement(warm.token, .completed)]).isEmpty)
            try await body(store, proxy, try Database(PostgresURL(cluster.url(schema: schema))))
            proxy.arm(nil)
            try await store.close()
        }

        @Test(
            "A batch whose connection is cut comes out as stored, once, whether it was committed or not",
            arguments: [CuttingProxy.Fault.cutAnswer, .cutRequest])
        func ambiguousCommit(fault: CuttingProxy.Fault) async throws {
            try await withProxy { store, proxy, database in
                try await store.store(.fixture(1))
                proxy.arm(fault)
                let results = try await store.enqueue(
                    [.fixture(1), .fixture(2), .fixture(3), .fixture(2)], for: ["crm"])
                #expect(proxy.cutCount == 1)
                #expect(results[0] == .duplicate(payloadDiffers: false))
                #expect(results[3] == .duplicate(payloadDiffers: false))
                guard case .stored(let second) = results[1], case .stored(let third) = results[2] else {
                    Issue.record("the batch's own rows came out as \(results)")
                    return
                }
                #expect(second < third)
                #expect(try await store.counts()["crm"] == [.ready: 3])
                #expect(try await store.record(of: second)?.duplicateCount == 1)
                #expect(try database.number("SELECT sum(duplicate_count)::bigint FROM \(store.schema.name).event") == 2)
            }
        }

        @Test("A lease whose answer is lost is the caller's nevertheless, and burns neither attempt nor crash")
        func ambiguousLease() async throws {
            try await withProxy { store, proxy, _ in
                try await store.store(.fixture(1), .fixture(2))
                store.putOffSearch()
                proxy.arm(.cutAnswer)
                let leases = try await store.lease("crm", limit: 2, for: .seconds(30))
                #expect(proxy.cutCount == 1)
                #expect(leases.map(\.attempt) == [1, 1])
                #expect(leases.map(\.token.fence) == [1, 1])
                #expect(try await store.lease("crm", limit: 2, for: .seconds(30)).isEmpty)
            }
        }

        @Test("A verdict whose answer is lost counts, and is no lost lease")
        func ambiguousSettlement() async throws {
            try await withProxy { store, proxy, _ in
                try await store.store(.fixture(1), .fixture(2), .fixture(3))
                let tokens = try await store.lease("crm", limit: 3, for: .seconds(30)).map(\.token)
                let stranger = LeaseToken(delivery: tokens[0].delivery, fence: 9)
                proxy.arm(.cutAnswer)
                let lost = try await store.settle([
                    Settlement(tokens[0], .completed),
                    Settlement(tokens[1], .retry(after: .seconds(60), reason: "later")),
                    Settlement(tokens[2], .deadLetter(reason: "never")), Settlement(stranger, .completed),
                ])
                #expect(proxy.cutCount == 1)
                #expect(lost == [stranger])
                #expect(try await store.counts()["crm"] == [.completed: 1, .waiting: 1, .deadLettered: 1])
                // Outside of such a case a second verdict is too late.
                #expect(try await store.settle([Settlement(tokens[0], .completed)]) == [tokens[0]])
            }
        }

        @Test("A server that does not answer is an error in the end, and what was leased meanwhile goes back unburnt")
        func silentServer() async throws {
            try await withProxy {
                $0.commitTimeout = .milliseconds(700)
                $0.workTimeout = .milliseconds(700)
            } _: { store, proxy, database in
                try await store.store(.fixture(1))
                store.putOffSearch()
                // The server leases, and nobody gets to know.
                proxy.arm(.hold)
                await #expect(throws: DeliveryStoreError(.unavailable, message: "")) {
                    try await store.enqueue([.fixture(2)], for: ["crm"])
                }
                await #expect(throws: DeliveryStoreError(.unavailable, message: "")) { try await store.leaseOne() }
                proxy.arm(nil)
                // What was held is passed on now, on connections that the client has given up.
                try await until("the store can be reached again") {
                    (try? await store.checkHealth()) != nil
                }
                try await until("the lease that nobody knows of is there, or never comes") {
                    try database.number(
                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%\(store.schema.name).lease%' AND pid <> pg_backend_pid()"
                    ) == 0
                }
                // Whether the first batch came about or not: the second call stores it, or finds it.
                _ = try await store.enqueue([.fixture(2)], for: ["crm"])
                let leases = try await store.lease("crm", limit: 10, for: .seconds(30))
                #expect(leases.map(\.attempt) == [1, 1])
                #expect(leases.map(\.crashes) == [0, 0])
            }
        }

        @Test("Leases that nobody knows of go back whenever they come about, the oldest first, whatever the floor is")
        func orphans() async throws {
            try await withPostgres { store in
                try await store.store(.fixture(1), .fixture(2), .fixture(3))
                let key = PostgresDeliveryStore.makeKey()
                store.orphans.withLock { $0.add(key, leasedFor: .seconds(3600), at: .now) }
                let first = try #require(try await store.leaseOne())
                #expect(store.orphans.withLock { $0.keys(at: .now) } == [key], "it may still come about")
                try Database(store.configuration.url).run(
                    "UPDATE \(store.schema.name).delivery SET lease_key = decode('\(key.map { String(Int($0) + 256, radix: 16).suffix(2) }.joined())', 'hex') WHERE id = \(first.token.delivery.rawValue)"
                )
                store.floors.withLock { floors in
                    for _ in 0..<2 { floors["crm"].found(.max, from: .now, to: .now + .seconds(3600)) }
                }
                let again = try #require(try await store.leaseOne())
                #expect(again.token.delivery == first.token.delivery)
                #expect(again.attempt == 1 && again.crashes == 0)
                #expect(store.orphans.withLock { $0.keys(at: .now) }.isEmpty)
            }
        }

        @Test("A search that fails does not keep back what can be leased without it")
        func failedSearch() async throws {
            try await withPostgres { store in
                try await store.store(.fixture(1))
                try Database(store.configuration.url).run(
                    """
                    CREATE OR REPLACE FUNCTION \(store.schema.name).lowest_ready(p_handler text) RETURNS bigint
                      LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not now''; END'
                    """)
                #expect(try await store.leaseOne() != nil)
            }
        }

        @Test("What nobody waits for any more is not done")
        func lateJob() async throws {
            try await withPostgres { store in
                for pool in [store.ingest, store.work, store.upkeep] {
                    let isDone = LockedValue(false)
                    await #expect(throws: DeliveryStoreError(.busy, message: "")) {
                        try await pool.run(within: .zero) { _, _ in isDone.withLock { $0 = true } }
                    }
                    #expect(!isDone.withLock { $0 })
                }
            }
        }

        @Test("A transaction that fails half way is not gone on with by who comes next")
        func openTransaction() async throws {
            try await withPostgres { store in
                for mistake in ["SELECT 1 / 0", "SELECT 1"] {
                    await #expect(throws: (any Error).self) {
                        try await store.upkeep.run(within: .seconds(60)) { session, _ in
                            try session.run("BEGIN; CREATE TABLE \(store.schema.name).half (id integer)")
                            try session.run(mistake)
                            throw CancellationError()
                        }
                    }
                    let record = try await store.record(of: EventID(rawValue: 1))
                    #expect(record == nil)
                }
            }
        }

        @Test("A worker that stood still past its lease changes nothing")
        func lostLease() async throws {
            try await withPostgres { store in
                try await store.store(.fixture(1))
                let stale = try #require(try await store.leaseOne(for: .seconds(30)))
                try await store.advanceClock(by: .seconds(31))
                #expect(try await store.reclaimExpired() == 1)
                let fresh = try #require(try await store.leaseOne())
                #expect(fresh.token.fence > stale.token.fence && fresh.crashes == 1)
                for verdict in [
                    Settlement.Verdict.completed, .deadLetter(reason: "x"), .release, .retry(after: .zero, reason: "x"),
                ] {
                    #expect(try await store.settle([Settlement(stale.token, verdict)]) == [stale.token])
                }
                #expect(try await store.renew([stale.token], for: .seconds(30)) == [stale.token])
                #expect(try await store.settle([Settlement(fresh.token, .completed)]).isEmpty)
            }
        }

        @Test("Errors of a statement show neither the password nor anything of a row")
        func errorTexts() async throws {
            try await withPostgres { store in
                try await store.store(.fixture(1))
                let database = try Database(store.configuration.url)
                let schema = store.schema.name
                try database.run(
                    """
                    CREATE FUNCTION \(schema).refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                      RAISE EXCEPTION 'tell %', encode(new.payload, 'escape')
                        USING DETAIL = encode(new.payload, 'escape'), ERRCODE = 'check_violation'; END $$;
                    CREATE TRIGGER refuse BEFORE INSERT ON \(schema).event FOR EACH ROW EXECUTE FUNCTION \(schema).refuse();
                    """)
                let error = try await #require(throws: DeliveryStoreError.self) {
                    try await store.enqueue([.fixture(2, name: "Zoë Doe")], for: ["crm"])
                }
                #expect(error.code == .rowRefused)
                #expect(error.message == "PostgreSQL refused a row (23514)")
                try database.run("DROP TRIGGER refuse ON \(schema).event")
                #expect(try await store.store(.fixture(2)).count == 1)
            }
        }

        @Test("A connection that another transaction keeps waiting is busy, not lost, and leaves nothing behind")
        func heldLock() async throws {
            try await withPostgres { store in
                try await store.store(.fixture(1))
                let database = try Database(store.configuration.url)
                try database.run("BEGIN; LOCK TABLE \(store.schema.name).identity IN ACCESS EXCLUSIVE MODE")
                var configuration = store.configuration
                configuration.commitTimeout = .milliseconds(1500)
                let hasty = try await PostgresDeliveryStore.open(configuration, logger: .silent)
                let error = try await #require(throws: DeliveryStoreError.self) {
                    try await hasty.enqueue([.fixture(2)], for: ["crm"])
                }
                #expect(error.code == .busy || error.code == .unavailable)
                try database.run("ROLLBACK")
                try await until("the server has let go of it") {
                    (try? await hasty.enqueue([.fixture(2)], for: ["crm"])) != nil
                }
                #expect(try await store.counts() == ["crm": [.ready: 2]])
                try await hasty.close()
            }
        }
    }
}

extension PostgresDeliveryStore {
    /// Has the next lease be one call, with no search before it: what comes in its way meets the lease itself.
    fileprivate func putOffSearch() {
        floors.withLock { $0["crm"].found(.min, from: .now, to: .now + .seconds(3600)) }
    }
}
#endif
