#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

extension StoreConformance {
    static let fencing = Check("A token of an earlier lease changes nothing") { store in
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

    static let inventedToken = Check("A token that was never given changes nothing") { store in
        try await store.store(.fixture(1))
        let known = try #require(try await store.onlyDelivery()).id.rawValue
        for number in [0, -1, known, known + 1, .max] {
            let token = LeaseToken(delivery: DeliveryID(rawValue: number), fence: 0)
            #expect(try await store.settle([Settlement(token, .completed)]) == [token])
            #expect(try await store.renew([token], for: .seconds(1)) == [token])
            #expect(try await store.redeliver([token.delivery]).isEmpty)
            #expect(try await store.counts() == ["crm": [.ready: 1]])
        }
    }

    static let mixedBatch = Check("A lost lease among others does not hinder theirs") { store in
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

    static let suspects = Check("A suspect is leased alone, held back, or left out, as the worker says") { store in
        let events = try await store.store(.fixture(1), .fixture(2), .fixture(3), .fixture(4))
        // By the events' places.
        func lease(_ rule: SuspectRule, limit: Int = 10) async throws -> [Int] {
            let leases = try await store.lease("crm", limit: limit, for: .seconds(30), suspects: rule)
            _ = try await store.settle(leases.map { Settlement($0.token, .release) })
            return leases.compactMap { events.firstIndex(of: $0.event.id) }.map { $0 + 1 }
        }
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
        #expect(suspect.map(\.event.id) == [events[2]])
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

    static let leasing = Check("What is leased is not leased again, and the oldest come first") { store in
        try await store.store(.fixture(1), .fixture(2), .fixture(3))
        let first = try await store.lease("crm", limit: 2, for: .seconds(30))
        #expect(first.map(\.event.payload) == [1, 2].map { NewEvent.fixture($0).verified.payload })
        #expect(first.map(\.attempt) == [1, 1])
        let second = try await store.lease("crm", limit: 10, for: .seconds(30))
        #expect(second.map(\.event.payload) == [NewEvent.fixture(3).verified.payload])
        #expect(try await store.lease("crm", limit: 10, for: .seconds(30)).isEmpty)
        #expect(try await store.lease("other", limit: 10, for: .seconds(30)).isEmpty)
    }

    static let emptyLease = Check("A limit of nothing leases nothing") { store in
        try await store.store(.fixture(1))
        for limit in [0, -1] { #expect(try await store.lease("crm", limit: limit, for: .seconds(30)).isEmpty) }
    }

    static let dueBeforeYounger = Check("A retried delivery that is due goes before a younger one that is ready") {
        store in
        try await store.store(.fixture(1))
        let lease = try #require(try await store.leaseOne())
        _ = try await store.settle([Settlement(lease.token, .retry(after: .seconds(5), reason: "busy"))])
        try await store.store(.fixture(2))
        try await store.advanceClock(by: .seconds(6))
        #expect(try await store.leaseOne()?.token.delivery == lease.token.delivery)
    }

    static let handlersAlone = Check("Each handler settles alone") { store in
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

    static let retry = Check("A retry is leased when it is due and not before") { store in
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

    static let absurdRetry = Check("A retry after an absurd time overflows nothing") { store in
        try await store.store(.fixture(1), .fixture(2))
        let leases = try await store.lease("crm", limit: 2, for: .seconds(Int64.max))
        #expect(try await store.renew(leases.map(\.token), for: .seconds(Int64.max)).isEmpty)
        _ = try await store.settle([
            Settlement(leases[0].token, .retry(after: .seconds(Int64.max), reason: "")),
            Settlement(leases[1].token, .retry(after: .seconds(Int64.min), reason: "")),
        ])
        #expect(try await store.leaseOne()?.token.delivery == leases[1].token.delivery)
    }

    static let release = Check("A released lease burns no attempt") { store in
        try await store.store(.fixture(1))
        let first = try #require(try await store.leaseOne())
        _ = try await store.settle([Settlement(first.token, .release)])
        let second = try #require(try await store.leaseOne())
        #expect(second.attempt == 1)
        #expect(second.crashes == 0)
        #expect(second.token.fence > first.token.fence)
    }

    static let renew = Check("A lease that was renewed is not reclaimed") { store in
        try await store.store(.fixture(1))
        let lease = try #require(try await store.leaseOne(for: .seconds(30)))
        try await store.advanceClock(by: .seconds(20))
        #expect(try await store.renew([lease.token], for: .seconds(30)).isEmpty)
        try await store.advanceClock(by: .seconds(20))
        #expect(try await store.reclaimExpired() == 0)
        #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
    }

    static let reasons = Check("A long reason is cut between characters and loses its control characters") { store in
        try await store.store(.fixture(1))
        let lease = try #require(try await store.leaseOne())
        let reason = "a\u{1B}[31m\u{0}\u{202E}" + String(repeating: "é", count: 1000)
        _ = try await store.settle([Settlement(lease.token, .deadLetter(reason: reason))])
        let kept = try #require(try await store.onlyDelivery()?.reason)
        #expect(kept.hasPrefix("a\u{FFFD}[31m\u{FFFD}\u{FFFD}éé"))
        #expect(kept.utf8.count <= 500 && kept.utf8.count > 496)
    }

    static let leasingChecks: [Check] = [
        fencing, inventedToken, mixedBatch, suspects, leasing, emptyLease, dueBeforeYounger, handlersAlone, retry,
        absurdRetry, release, renew, reasons,
    ]
}
#endif
