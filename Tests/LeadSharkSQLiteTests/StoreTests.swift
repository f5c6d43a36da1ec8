#if Server
import Foundation
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

/// What every store has to do, run against each.
@Suite struct StoreTests {
    // MARK: Enqueuing

    @Test("A known identity enqueues nothing, in the same batch and in a later one", arguments: StoreKind.allCases)
    func duplicates(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let first = try await store.enqueue([.fixture(1), .fixture(1), .fixture(2)], for: ["crm"])
            guard case .stored(let id) = first[0] else {
                Issue.record("the first event was not stored")
                return
            }
            #expect(first[1] == .duplicate(payloadDiffers: false))
            #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
            #expect(try await store.counts() == ["crm": [.ready: 2]])
            let record = try #require(try await store.record(of: id))
            #expect(record.duplicateCount == 2)
            #expect(record.otherPayloads.isEmpty)
            #expect(record.deliveries.count == 1)
        }
    }

    @Test("A duplicate of a completed delivery is not delivered again", arguments: StoreKind.allCases)
    func duplicateOfCompleted(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            let lease = try #require(try await store.leaseOne())
            #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
            #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
            #expect(try await store.leaseOne() == nil)
        }
    }

    @Test("Duplicates with other bytes are counted, and four of them kept once each", arguments: StoreKind.allCases)
    func variants(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let id = try #require(try await store.store(.fixture(1)).first)
            let others = (0..<6).map { NewEvent.fixture(1, name: "Name \($0)") }
            for event in others + others {
                #expect(try await store.enqueue([event], for: ["crm"]) == [.duplicate(payloadDiffers: true)])
            }
            let record = try #require(try await store.record(of: id))
            #expect(record.duplicateCount == 12)
            #expect(record.otherPayloads == others.prefix(4).map(\.verified.payload))
            #expect(record.event.payload == NewEvent.fixture(1).verified.payload)
            #expect(try await store.counts() == ["crm": [.ready: 1]])
        }
    }

    @Test("A variant that is too large is counted but not kept", arguments: StoreKind.allCases)
    func largeVariant(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let id = try #require(try await store.store(.fixture(1)).first)
            // The same JSON with a megabyte of blanks behind it.
            let payload =
                NewEvent.fixture(1).verified.payload
                + [UInt8](repeating: UInt8(ascii: " "), count: VariantLimits.byteCount)
            let large = NewEvent.payload(String(decoding: payload, as: UTF8.self))
            #expect(try await store.enqueue([large], for: ["crm"]) == [.duplicate(payloadDiffers: true)])
            let record = try #require(try await store.record(of: id))
            #expect(record.duplicateCount == 1)
            #expect(record.otherPayloads.isEmpty)
        }
    }

    @Test("One happening at two webhooks is two events", arguments: StoreKind.allCases)
    func twoWebhooks(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let mail = try #require(WebhookName("mail"))
            #expect(try await store.store(.fixture(1), .fixture(1, webhook: mail)).count == 2)
            let found = try await store.deliveries(matching: DeliveryQuery(webhook: mail))
            #expect(found.map(\.webhook) == [mail])
        }
    }

    @Test("A test event is stored without deliveries", arguments: StoreKind.allCases)
    func testEvent(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let payload = String(decoding: Fixture.testEvent(id: "1"), as: UTF8.self)
            let id = try #require(try await store.store(.payload(payload)).first)
            let record = try #require(try await store.record(of: id))
            #expect(record.deliveries.isEmpty)
            #expect(record.event.type == .test)
            #expect(try await store.leaseOne() == nil)
        }
    }

    @Test(
        "Bytes that are no event come back as they went in",
        arguments: StoreKind.allCases,
        ["", "not JSON", "\u{FEFF}{}", "nul \u{0} inside", #"{"event":"a\u0000b","data":{}}"#, "[1,2,3]"])
    func oddPayloads(_ kind: StoreKind, _ text: String) async throws {
        try await kind.withStore { store in
            let event = NewEvent.payload(text)
            let id = try #require(try await store.store(event).first)
            let record = try #require(try await store.record(of: id))
            #expect(record.event.payload == Array(text.utf8))
            #expect(record.event.type == event.envelope.type)
            #expect(record.event.identity == event.envelope.identity)
            #expect(record.event.secret == .previous)
            let lease = try #require(try await store.leaseOne())
            #expect(lease.event.payload == Array(text.utf8))
            #expect(lease.event.type == event.envelope.type)
            if let type = event.envelope.type {
                #expect(try await store.deliveries(matching: DeliveryQuery(type: type)).count == 1)
            }
        }
    }

    @Test(
        "An event that is put aside has dead letters from the start, which go round as any other",
        arguments: StoreKind.allCases)
    func putAside(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let verified = Fixture.webhook(for: .newComment, number: 1, happeningID: "happening-1")
            let reason = "too old\u{0}" + String(repeating: "é", count: 1000)
            let event = NewEvent(
                webhook: .leadshark, verified: verified, eventHeader: nil, deadLetterReason: reason)
            try await store.store(event, .fixture(2), for: ["crm", "mail"])
            #expect(
                try await store.counts() == [
                    "crm": [.deadLettered: 1, .ready: 1], "mail": [.deadLettered: 1, .ready: 1],
                ])
            let dead = try await store.deliveries(matching: DeliveryQuery(states: [.deadLettered]))
            #expect(dead.map(\.attempts) == [0, 0])
            let kept = try #require(dead.first?.reason)
            #expect(kept.hasPrefix("too old\u{FFFD}éé") && kept.utf8.count <= 500)
            #expect(try await store.lease("crm", limit: 5, for: .seconds(30)).map(\.event.id.rawValue) == [2])
            #expect(try await store.enqueue([event], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
            #expect(Set(try await store.redeliver(dead.map(\.id))) == Set(dead.map(\.id)))
            let lease = try #require(try await store.leaseOne())
            #expect(lease.event.id.rawValue == 1)
            #expect(lease.attempt == 1)
            #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
        }
    }

    @Test("A header that contradicts the body is kept with the event", arguments: StoreKind.allCases)
    func header(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let ids = try await store.store(.fixture(1, header: "dm.sent"), .fixture(2))
            let records = try await [store.record(of: ids[0]), store.record(of: ids[1])]
            #expect(records.map { $0?.event.contradictingHeader } == ["dm.sent", nil])
        }
    }

    @Test("An event without handlers is stored and has no deliveries", arguments: StoreKind.allCases)
    func noHandlers(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let id = try #require(try await store.store(.fixture(1), for: []).first)
            #expect(try await store.record(of: id)?.deliveries.isEmpty == true)
            #expect(try await store.enqueue([], for: ["crm"]).isEmpty)
        }
    }

    // MARK: Leasing and settling

    @Test("A token of an earlier lease changes nothing", arguments: StoreKind.allCases)
    func fencing(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            let stale = try #require(try await store.leaseOne(for: .seconds(10))).token
            try await store.advanceClock(by: .seconds(11))
            #expect(try await store.reclaimExpired() == 1)
            for verdict in [Settlement.Verdict.completed, .deadLetter(reason: "x"), .release] {
                #expect(try await store.settle([Settlement(stale, verdict)]) == [stale])
            }
            #expect(try await store.renew([stale], for: .seconds(60)) == [stale])
            #expect(try await store.onlyDelivery()?.state == .ready)

            let current = try #require(try await store.leaseOne())
            #expect(current.token.fence > stale.fence)
            #expect(current.attempt == 2)
            #expect(current.crashes == 1)
            #expect(try await store.settle([Settlement(stale, .completed)]) == [stale])
            #expect(try await store.renew([stale], for: .seconds(60)) == [stale])
            #expect(try await store.onlyDelivery()?.state == .leased)
            #expect(try await store.settle([Settlement(current.token, .completed)]).isEmpty)
            #expect(try await store.settle([Settlement(current.token, .retry(after: .zero, reason: ""))]) != [])
            #expect(try await store.onlyDelivery()?.state == .completed)
        }
    }

    @Test("A token that was never given changes nothing", arguments: StoreKind.allCases, [0, -1, 1, 2, Int64.max])
    func inventedToken(_ kind: StoreKind, _ number: Int64) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            let token = LeaseToken(delivery: DeliveryID(rawValue: number), fence: 0)
            #expect(try await store.settle([Settlement(token, .completed)]) == [token])
            #expect(try await store.renew([token], for: .seconds(1)) == [token])
            #expect(try await store.redeliver([token.delivery]).isEmpty)
            #expect(try await store.counts() == ["crm": [.ready: 1]])
        }
    }

    @Test("A lost lease among others does not hinder theirs", arguments: StoreKind.allCases)
    func mixedBatch(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1), .fixture(2), .fixture(3))
            let leases = try await store.lease("crm", limit: 3, for: .seconds(30))
            let wrong = LeaseToken(delivery: leases[1].token.delivery, fence: 99)
            let lost = try await store.settle([
                Settlement(leases[0].token, .completed), Settlement(wrong, .completed),
                Settlement(leases[2].token, .deadLetter(reason: "no use")),
            ])
            #expect(lost == [wrong])
            #expect(try await store.counts() == ["crm": [.completed: 1, .leased: 1, .deadLettered: 1]])
        }
    }

    @Test("A suspect is leased alone, held back, or left out, as the worker says", arguments: StoreKind.allCases)
    func suspects(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            func lease(_ rule: SuspectRule, limit: Int = 10) async throws -> [Int64] {
                let leases = try await store.lease("crm", limit: limit, for: .seconds(30), suspects: rule)
                _ = try await store.settle(leases.map { Settlement($0.token, .release) })
                return leases.map(\.token.delivery.rawValue)
            }
            try await store.store(.fixture(1), .fixture(2), .fixture(3), .fixture(4))
            let leases = try await store.lease("crm", limit: 3, for: .seconds(10))
            #expect(leases.map(\.isSuspect) == [false, false, false])
            _ = try await store.settle([
                Settlement(leases[0].token, .release),
                Settlement(leases[1].token, .retry(after: .seconds(5), reason: "busy")),
            ])
            try await store.advanceClock(by: .seconds(11))
            #expect(try await store.reclaimExpired() == 1)
            // 1 is ready, 2 is due, 3 is a suspect, 4 is ready.
            #expect(try await lease(.alone) == [1, 2])
            #expect(try await lease(.held) == [1, 2])
            #expect(try await lease(.skipped) == [1, 2, 4])
            #expect(try await lease(.skipped, limit: 2) == [1, 2])
            for token in try await store.lease("crm", limit: 2, for: .seconds(60)).map(\.token) {
                _ = try await store.settle([Settlement(token, .completed)])
            }
            #expect(try await lease(.held) == [])
            #expect(try await lease(.skipped, limit: 1) == [4])
            #expect(try await store.timeUntilNextDelivery(for: "crm") == .zero)
            // A suspect remains one while it waits, and is out of it by an operator's will.
            let suspect = try await store.lease("crm", limit: 10, for: .seconds(30))
            #expect(suspect.map(\.token.delivery.rawValue) == [3])
            #expect(suspect.map(\.crashes) == [1])
            _ = try await store.settle([Settlement(suspect[0].token, .retry(after: .zero, reason: "busy"))])
            #expect(try await lease(.held) == [])
            #expect(try await lease(.skipped) == [4])
            let again = try #require(try await store.leaseOne())
            #expect(again.isSuspect)
            _ = try await store.settle([Settlement(again.token, .deadLetter(reason: "no"))])
            #expect(try await store.redeliver([again.token.delivery]) == [again.token.delivery])
            #expect(try await lease(.held) == [3, 4])
        }
    }

    @Test("What is leased is not leased again, and the oldest come first", arguments: StoreKind.allCases)
    func leasing(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1), .fixture(2), .fixture(3))
            let first = try await store.lease("crm", limit: 2, for: .seconds(30))
            #expect(first.map(\.event.payload) == [1, 2].map { NewEvent.fixture($0).verified.payload })
            #expect(first.map(\.attempt) == [1, 1])
            let second = try await store.lease("crm", limit: 10, for: .seconds(30))
            #expect(second.map(\.event.payload) == [NewEvent.fixture(3).verified.payload])
            #expect(try await store.lease("crm", limit: 10, for: .seconds(30)).isEmpty)
            #expect(try await store.lease("other", limit: 10, for: .seconds(30)).isEmpty)
        }
    }

    @Test("A limit of nothing leases nothing", arguments: StoreKind.allCases, [0, -1])
    func emptyLease(_ kind: StoreKind, _ limit: Int) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            #expect(try await store.lease("crm", limit: limit, for: .seconds(30)).isEmpty)
        }
    }

    @Test("A retried delivery that is due goes before a younger one that is ready", arguments: StoreKind.allCases)
    func dueBeforeYounger(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            let lease = try #require(try await store.leaseOne())
            _ = try await store.settle([Settlement(lease.token, .retry(after: .seconds(5), reason: "busy"))])
            try await store.store(.fixture(2))
            try await store.advanceClock(by: .seconds(6))
            #expect(try await store.leaseOne()?.token.delivery == lease.token.delivery)
        }
    }

    @Test("Each handler settles alone", arguments: StoreKind.allCases)
    func handlersAlone(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1), for: ["crm", "file", "mail"])
            let crm = try #require(try await store.leaseOne("crm"))
            let file = try #require(try await store.leaseOne("file"))
            _ = try await store.settle([
                Settlement(crm.token, .completed), Settlement(file.token, .deadLetter(reason: "no")),
            ])
            #expect(
                try await store.counts() == [
                    "crm": [.completed: 1], "file": [.deadLettered: 1], "mail": [.ready: 1],
                ])
            #expect(try await store.leaseOne("mail")?.event.id == crm.event.id)
        }
    }

    @Test("A retry is leased when it is due and not before", arguments: StoreKind.allCases)
    func retry(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            #expect(try await store.timeUntilNextDelivery(for: "crm") == .zero)
            let lease = try #require(try await store.leaseOne())
            #expect(try await store.timeUntilNextDelivery(for: "crm") == nil)
            _ = try await store.settle([Settlement(lease.token, .retry(after: .seconds(3600), reason: "busy"))])
            let wait = try #require(try await store.timeUntilNextDelivery(for: "crm"))
            #expect(wait > .seconds(3000) && wait <= .seconds(3600))
            #expect(try await store.leaseOne() == nil)
            let waiting = try #require(try await store.onlyDelivery())
            #expect(waiting.state == .waiting)
            #expect(waiting.reason == "busy")
            #expect(waiting.dueAt != nil)
            try await store.advanceClock(by: .seconds(3601))
            #expect(try await store.timeUntilNextDelivery(for: "crm") == .zero)
            let again = try #require(try await store.leaseOne())
            #expect(again.attempt == 2)
            #expect(again.crashes == 0)
        }
    }

    @Test("A retry after an absurd time overflows nothing", arguments: StoreKind.allCases)
    func absurdRetry(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1), .fixture(2))
            let leases = try await store.lease("crm", limit: 2, for: .seconds(Int64.max))
            #expect(try await store.renew(leases.map(\.token), for: .seconds(Int64.max)).isEmpty)
            _ = try await store.settle([
                Settlement(leases[0].token, .retry(after: .seconds(Int64.max), reason: "")),
                Settlement(leases[1].token, .retry(after: .seconds(Int64.min), reason: "")),
            ])
            #expect(try await store.leaseOne()?.token.delivery == leases[1].token.delivery)
        }
    }

    @Test("A released lease burns no attempt", arguments: StoreKind.allCases)
    func release(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            let first = try #require(try await store.leaseOne())
            _ = try await store.settle([Settlement(first.token, .release)])
            let second = try #require(try await store.leaseOne())
            #expect(second.attempt == 1)
            #expect(second.crashes == 0)
            #expect(second.token.fence > first.token.fence)
        }
    }

    @Test("A lease that was renewed is not reclaimed", arguments: StoreKind.allCases)
    func renew(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            let lease = try #require(try await store.leaseOne(for: .seconds(30)))
            try await store.advanceClock(by: .seconds(20))
            #expect(try await store.renew([lease.token], for: .seconds(30)).isEmpty)
            try await store.advanceClock(by: .seconds(20))
            #expect(try await store.reclaimExpired() == 0)
            #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
        }
    }

    @Test("A long reason is cut between characters and loses its control characters", arguments: StoreKind.allCases)
    func reasons(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            let lease = try #require(try await store.leaseOne())
            let reason = "a\u{1B}[31m\u{0}\u{202E}" + String(repeating: "é", count: 1000)
            _ = try await store.settle([Settlement(lease.token, .deadLetter(reason: reason))])
            let kept = try #require(try await store.onlyDelivery()?.reason)
            #expect(kept.hasPrefix("a\u{FFFD}[31m\u{FFFD}\u{FFFD}éé"))
            #expect(kept.utf8.count <= 500 && kept.utf8.count > 496)
        }
    }

    // MARK: Operators

    @Test("What is completed, dead or waiting goes round again, the rest stays as it is", arguments: StoreKind.allCases)
    func redeliver(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1), .fixture(2), .fixture(3), .fixture(4), .fixture(5))
            let leases = try await store.lease("crm", limit: 4, for: .seconds(30))
            _ = try await store.settle([
                Settlement(leases[0].token, .completed), Settlement(leases[1].token, .deadLetter(reason: "x")),
                Settlement(leases[2].token, .retry(after: .seconds(60), reason: "later")),
            ])
            let all = try await store.deliveries(matching: DeliveryQuery()).map(\.id).sorted()
            #expect(all.count == 5)
            #expect(try await store.redeliver(all) == leases.prefix(3).map(\.token.delivery))
            #expect(try await store.counts() == ["crm": [.ready: 4, .leased: 1]])
            let again = try await store.lease("crm", limit: 3, for: .seconds(30))
            #expect(again.map(\.attempt) == [1, 1, 1])
            #expect(again[0].token.fence > leases[0].token.fence)
            #expect(try await store.settle([Settlement(leases[0].token, .completed)]) == [leases[0].token])
        }
    }

    @Test("Deliveries are found by state, handler, webhook and type, newest first", arguments: StoreKind.allCases)
    func queries(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1), .fixture(2, type: .newLike), for: ["crm", "file"])
            let lease = try #require(try await store.leaseOne("crm"))
            _ = try await store.settle([Settlement(lease.token, .completed)])
            func numbers(_ query: DeliveryQuery) async throws -> [Int64] {
                try await store.deliveries(matching: query).map(\.id.rawValue)
            }
            #expect(try await numbers(DeliveryQuery()) == [4, 3, 2, 1])
            #expect(try await numbers(DeliveryQuery(limit: 2)) == [4, 3])
            #expect(try await numbers(DeliveryQuery(limit: 0)) == [])
            #expect(try await numbers(DeliveryQuery(limit: -1)) == [])
            #expect(try await numbers(DeliveryQuery(states: [.completed])) == [1])
            #expect(try await numbers(DeliveryQuery(states: [.completed, .ready])) == [4, 3, 2, 1])
            #expect(try await numbers(DeliveryQuery(handler: "file")) == [4, 2])
            #expect(try await numbers(DeliveryQuery(type: .newLike)) == [4, 3])
            #expect(try await numbers(DeliveryQuery(states: [.ready], handler: "crm", type: .newLike)) == [3])
            #expect(try await numbers(DeliveryQuery(webhook: WebhookName("other"))) == [])
            for (ids, found) in [([], []), ([3, 1, 99], [3, 1])] as [(Set<Int64>, [Int64])] {
                var query = DeliveryQuery()
                query.ids = Set(ids.map(DeliveryID.init(rawValue:)))
                #expect(try await numbers(query) == found)
            }
            #expect(try await store.record(of: EventID(rawValue: 99)) == nil)
            #expect(try await store.record(of: EventID(rawValue: 0)) == nil)
        }
    }

    @Test("Deleting what is not there deletes nothing", arguments: StoreKind.allCases, [0, -1, 2, Int64.max])
    func deleteUnknown(_ kind: StoreKind, _ number: Int64) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            #expect(try await store.delete([EventID(rawValue: number)]).isEmpty)
            #expect(try await store.delete([]).isEmpty)
            #expect(try await store.counts() == ["crm": [.ready: 1]])
            #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
        }
    }

    @Test("A deleted event is gone with all that belongs to it, and still a duplicate", arguments: StoreKind.allCases)
    func delete(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let ids = try await store.store(.fixture(1), .fixture(2), .fixture(3), for: ["crm", "file"])
            let leases = try await store.lease("crm", limit: 2, for: .seconds(30))
            _ = try await store.settle([Settlement(leases[1].token, .deadLetter(reason: "no"))])
            #expect(try await store.delete([ids[0], ids[1], ids[0]]) == [ids[0], ids[1]])
            for id in ids.prefix(2) { #expect(try await store.record(of: id) == nil) }
            #expect(try await store.deliveries(matching: DeliveryQuery()).map(\.event) == [ids[2], ids[2]])
            // Who worked on it has lost it, and nobody else gets it.
            let token = leases[0].token
            #expect(try await store.renew([token], for: .seconds(30)) == [token])
            #expect(try await store.settle([Settlement(token, .completed)]) == [token])
            try await store.advanceClock(by: .seconds(31))
            #expect(try await store.reclaimExpired() == 0)
            #expect(try await store.redeliver([token.delivery, leases[1].token.delivery]).isEmpty)
            #expect(try await store.lease("file", limit: 9, for: .seconds(30)).map(\.event.id) == [ids[2]])
            #expect(try await store.leaseOne()?.event.id == ids[2])
            #expect(try await store.timeUntilNextDelivery(for: "crm") == nil)
            let again = try await store.enqueue([.fixture(1), .fixture(2, name: "Other")], for: ["crm"])
            #expect(again == [.duplicate(payloadDiffers: false), .duplicate(payloadDiffers: false)])
            // The identity goes with its time.
            try await store.advanceClock(by: .seconds(366 * 86_400))
            #expect(try await store.prune(Retention(), limit: 10) == Pruned(identities: 2))
        }
    }

    @Test(
        "Statistics count by handler and state, and know the age of the oldest open one", arguments: StoreKind.allCases)
    func statistics(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            #expect(try await store.statistics(of: Set(DeliveryState.allCases)).isEmpty)
            try await store.store(.fixture(1), .fixture(2), for: ["crm", "file"])
            try await store.advanceClock(by: .seconds(100))
            try await store.store(.fixture(3), .fixture(4), .fixture(5))
            let leases = try await store.lease("crm", limit: 4, for: .seconds(1000))
            _ = try await store.settle([
                Settlement(leases[0].token, .completed), Settlement(leases[1].token, .deadLetter(reason: "no")),
                Settlement(leases[2].token, .retry(after: .seconds(500), reason: "busy")),
            ])
            try await store.advanceClock(by: .seconds(50))
            let all = try await store.statistics(of: Set(DeliveryState.allCases))
            #expect(
                all["crm"]?.counts == [.completed: 1, .deadLettered: 1, .waiting: 1, .leased: 1, .ready: 1])
            #expect(all["file"]?.counts == [.ready: 2])
            let (crm, file) = (try #require(all["crm"]?.oldestOpenAge), try #require(all["file"]?.oldestOpenAge))
            #expect(crm >= .seconds(49) && crm < .seconds(90))
            #expect(file >= .seconds(149) && file < .seconds(190))
            let dead = try await store.statistics(of: [.deadLettered, .queued])
            #expect(dead == ["crm": DeliveryStatistics(counts: [.deadLettered: 1])])
            #expect(try await store.statistics(of: []).isEmpty)
        }
    }

    @Test("Deliveries are found by identity, by event and by person", arguments: StoreKind.allCases)
    func queriesByEvent(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            func person(_ lead: String, _ number: Int) -> NewEvent {
                .payload(#"{"event":"new.like","data":{"lead":{\#(lead)},"reaction":{"id":"\#(number)"}}}"#)
            }
            let events = [
                person(#""actor_id":"A1","linkedin_username":"jane""#, 1), person(#""linkedin_username":"jane""#, 2),
                person(#""actor_id":"B2""#, 3), person("", 4),
            ]
            let ids = try await store.enqueue(events, for: ["crm"]).compactMap { result in
                if case .stored(let id) = result { id } else { nil }
            }
            func found(_ change: (inout DeliveryQuery) -> Void) async throws -> [EventID] {
                var query = DeliveryQuery()
                change(&query)
                return try await store.deliveries(matching: query).map(\.event).sorted()
            }
            #expect(try await found { $0.people = ["A1"] } == [ids[0]])
            #expect(try await found { $0.people = ["jane"] } == [ids[1]])
            #expect(try await found { $0.people = ["jane", "A1", "nobody"] } == [ids[0], ids[1]])
            #expect(try await found { $0.people = ["", "a1", "' OR 1"] } == [])
            #expect(try await found { $0.identity = events[2].envelope.identity } == [ids[2]])
            #expect(try await found { $0.identity = EventIdentity(bytes: Array(repeating: 0, count: 32)) } == [])
            #expect(try await found { $0.events = [ids[3], ids[0], EventID(rawValue: 99)] } == [ids[0], ids[3]])
            #expect(try await found { $0.events = [] } == [])
            #expect(
                try await found {
                    $0.events = [ids[0]]
                    $0.people = ["jane"]
                } == [])
        }
    }

    @Test("The time of receipt is kept", arguments: StoreKind.allCases)
    func receipt(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let before = Date().addingTimeInterval(-1)
            try await store.store(.fixture(1))
            let time = try #require(try await store.onlyDelivery()?.receivedAt)
            #expect(time > before && time < Date().addingTimeInterval(1))
            #expect(try await store.leaseOne()?.event.receivedAt == time)
        }
    }

    @Test("A closed store does nothing", arguments: StoreKind.allCases)
    func closed(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.checkHealth()
            try await store.close()
            try await store.close()
            await #expect(throws: DeliveryStoreError(.closed, message: "")) { try await store.checkHealth() }
            await #expect(throws: DeliveryStoreError(.closed, message: "")) {
                try await store.enqueue([.fixture(1)], for: ["crm"])
            }
            await #expect(throws: DeliveryStoreError(.closed, message: "")) {
                try await store.deliveries(matching: DeliveryQuery())
            }
        }
    }
}
#endif
