#if Server
import LeadSharkDelivery
import LeadSharkWebhooks
import Testing

extension StoreConformance {
    static let reopened = Check(durable: "What was stored is there after the next opening, and a lost lease is lost") {
        open in
        let first = try await open()
        let events = try await first.store(.fixture(1), .fixture(2), .fixture(3), .fixture(4), .fixture(5))
        let leases = try await first.lease("crm", limit: 4, for: .seconds(3600))
        try #require(leases.count == 4)
        _ = try await first.settle([
            Settlement(leases[0].token, .completed), Settlement(leases[1].token, .deadLetter(reason: "no")),
            Settlement(leases[2].token, .retry(after: .seconds(7200), reason: "busy")),
        ])
        _ = try await first.enqueue([.fixture(5, name: "Other")], for: ["crm"])
        try await first.close()

        let second = try await open()
        #expect(try await second.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
        #expect(try await second.store(.fixture(6)).count == 1)
        // The lease may go on, or may have ended with its owner; when its time is over it has ended in any case.
        try await second.advanceClock(by: .seconds(3601))
        _ = try await second.reclaimExpired()
        #expect(try await second.settle([Settlement(leases[3].token, .completed)]) == [leases[3].token])
        #expect(try await second.states() == [.completed, .deadLettered, .waiting, .ready, .ready, .ready])
        let again = try #require(try await second.leaseOne())
        #expect(again.token.delivery == leases[3].token.delivery)
        #expect(again.token.fence > leases[3].token.fence)
        #expect(again.attempt == 2 && again.crashes == 1)
        #expect(again.event.payload == NewEvent.fixture(4).verified.payload)
        let dead = try await second.deliveries(matching: DeliveryQuery(states: [.deadLettered]))
        #expect(dead.map(\.reason) == ["no"])
        let record = try #require(try await second.record(of: events[4]))
        #expect(record.otherPayloads == [NewEvent.fixture(5, name: "Other").verified.payload])
        #expect(record.event.identity == NewEvent.fixture(5).envelope.identity)
        try await second.close()
    }

    static let reopenedLanes = Check(durable: "Lanes are as they were after the next opening") { open in
        let first = try await open()
        try await first.store(.of(1, 1), .of(1, 2), .of(1, 3), .of(2, 4), .of(2, 5), for: [.lanes])
        let leases = try await first.lease("crm", limit: 2, for: .seconds(3600))
        try #require(leases.count == 2)
        _ = try await first.settle([
            Settlement(leases[0].token, .retry(after: .seconds(7200), reason: "x", leavesLane: true)),
            Settlement(leases[1].token, .retry(after: .seconds(7200), reason: "busy")),
        ])
        #expect(try await first.states() == [.waiting, .ready, .queued, .waiting, .queued])
        try await first.close()

        let second = try await open()
        #expect(try await second.states() == [.waiting, .ready, .queued, .waiting, .queued])
        #expect(try await second.store(.of(2, 6), for: [.lanes]).count == 1)
        #expect(try await second.completeAll())
        #expect(try await second.states() == [.waiting, .completed, .ready, .waiting, .queued, .queued])
        try await second.advanceClock(by: .seconds(7201))
        let due = try await second.lease("crm", limit: 10, for: .seconds(30))
        #expect(due.count == 3)
        #expect(due.first?.laneBlock == nil)
        #expect(try await second.settle(due.map { Settlement($0.token, .completed) }).isEmpty)
        #expect(try await second.states() == [.completed, .completed, .completed, .completed, .ready, .queued])
        try await second.close()
    }

    static let reopenedIdentities = Check(durable: "What was deleted or pruned is a duplicate after the next opening") {
        open in
        let first = try await open()
        let ids = try await first.store(.fixture(1), .fixture(2))
        #expect(try await first.delete([ids[0]]) == [ids[0]])
        #expect(try await first.completeAll())
        try await first.advanceClock(by: .seconds(8 * 86_400))
        #expect(try await first.prune(Retention(), limit: 10).events == 1)
        try await first.close()

        let second = try await open()
        let again = try await second.enqueue([.fixture(1), .fixture(2)], for: ["crm"])
        #expect(again == [.duplicate(payloadDiffers: false), .duplicate(payloadDiffers: false)])
        // Numbers are not given twice.
        #expect(try #require(try await second.store(.fixture(3)).first) > ids[1])
        try await second.close()
    }

    static let reopeningChecks: [Check] = [reopened, reopenedLanes, reopenedIdentities]
}
#endif
