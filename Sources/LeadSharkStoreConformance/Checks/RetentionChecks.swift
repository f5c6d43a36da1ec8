#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

private let day: Duration = .seconds(86_400)

extension StoreConformance {
    static let completed = Check("What is completed is kept for a week and then goes, and is a duplicate ever after") {
        store in
        let ids = try await store.store(.fixture(1), .fixture(2))
        _ = try await store.enqueue([.fixture(1, name: "Other")], for: ["crm"])
        try await store.completeAll()
        try await store.advanceClock(by: day * 7 - .seconds(60))
        #expect(try await store.prune(Retention(), limit: 10) == Pruned())
        try await store.advanceClock(by: .seconds(61))
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 2))
        #expect(try await store.prune(Retention(), limit: 10) == Pruned())
        for id in ids { #expect(try await store.record(of: id) == nil) }
        #expect(try await store.counts().values.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
        #expect(try await store.deliveries(matching: DeliveryQuery()).isEmpty)
        // Nobody can tell any more whether the bytes are the same.
        let again = try await store.enqueue([.fixture(1), .fixture(2, name: "Other")], for: ["crm"])
        #expect(again == [.duplicate(payloadDiffers: false), .duplicate(payloadDiffers: false)])
        #expect(try await store.leaseOne() == nil)
        // Numbers are not given twice.
        #expect(try #require(try await store.store(.fixture(3)).first) > ids[1])
    }

    static let kept = Check("What is open or dead is kept, whatever its age, with what is completed of the same event")
    { store in
        let handlers: [DeliveryRecipient] = ["crm", "file"]
        let ids = try await store.store(.fixture(1), .fixture(2), .fixture(3), .fixture(4), for: handlers)
        try await store.completeAll(of: "file")
        let leases = try await store.lease("crm", limit: 3, for: .seconds(400 * 86_400))
        _ = try await store.settle([
            Settlement(leases[0].token, .deadLetter(reason: "no")),
            Settlement(leases[1].token, .retry(after: .seconds(1), reason: "busy")),
        ])
        try await store.advanceClock(by: day * 366)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned())
        for id in ids { #expect(try await store.record(of: id)?.deliveries.count == 2) }
        // Nor is an identity forgotten whose event is kept.
        #expect(try await store.enqueue([.fixture(1)], for: handlers) == [.duplicate(payloadDiffers: false)])
        // The week begins when the last one is completed.
        _ = try await store.redeliver([leases[0].token.delivery])
        #expect(try await store.settle([Settlement(leases[2].token, .completed)]).isEmpty)
        try await store.completeAll()
        try await store.advanceClock(by: day * 6)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned())
        try await store.advanceClock(by: day * 2)
        // Their identities go with them, for they first came more than a year ago.
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 4, identities: 4))
    }

    static let redelivered = Check("What was redelivered is kept until it has been completed again for a week") {
        store in
        try await store.store(.fixture(1))
        try await store.completeAll()
        let id = try #require(try await store.onlyDelivery()).id
        try await store.advanceClock(by: day * 6)
        #expect(try await store.redeliver([id]) == [id])
        try await store.advanceClock(by: day * 2)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned())
        try await store.completeAll()
        try await store.advanceClock(by: day * 6)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned())
        #expect(try await store.onlyDelivery()?.state == .completed)
        try await store.advanceClock(by: day * 2)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 1))
    }

    static let withoutDeliveries = Check("Events without deliveries go a week after they came") { store in
        try await store.store(.fixture(1), for: [])
        try await store.store(.payload(String(decoding: Fixture.testEvent(id: "1"), as: UTF8.self)))
        try await store.advanceClock(by: day * 6)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned())
        try await store.advanceClock(by: day * 2)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 2))
    }

    static let identities = Check("An identity is forgotten after a year, and then its event is new") { store in
        try await store.store(.fixture(1), .fixture(2))
        try await store.completeAll()
        try await store.advanceClock(by: day * 8)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 2))
        try await store.advanceClock(by: day * 356)
        #expect(try await store.prune(Retention(), limit: 10) == Pruned())
        #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
        try await store.advanceClock(by: day * 2)
        #expect(try await store.prune(Retention(), limit: 1) == Pruned(identities: 1, isMore: true))
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(identities: 1))
        #expect(try await store.store(.fixture(1), .fixture(2)).count == 2)
    }

    static let limit = Check("No more than so many go at once") { store in
        _ = try await store.enqueue((0..<25).map { .fixture($0) }, for: ["crm"])
        try await store.completeAll()
        try await store.advanceClock(by: day * 8)
        for limit in [0, -1] { #expect(try await store.prune(Retention(), limit: limit).events == 0) }
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 10, isMore: true))
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 10, isMore: true))
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 5))
    }

    static let forever = Check("What is to be kept for good is") { store in
        try await store.store(.fixture(1))
        try await store.completeAll()
        try await store.advanceClock(by: day * 1000)
        var retention = Retention()
        retention.completed = nil
        #expect(try await store.prune(retention, limit: 10) == Pruned())
        retention = Retention()
        retention.identities = nil
        #expect(try await store.prune(retention, limit: 10) == Pruned(events: 1))
        #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
    }

    static let retentionChecks: [Check] = [
        completed, kept, redelivered, withoutDeliveries, identities, limit, forever,
    ]
}
#endif
