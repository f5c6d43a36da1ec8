#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

extension StoreConformance {
    static let heads = Check("Only the head of a lane is leased, and settling it brings the next") { store in
        let ids = try await store.store(.of(1, 1), .of(1, 2), .of(2, 3), .of(1, 4), for: [.lanes, "file"])
        #expect(try await store.states() == [.ready, .queued, .ready, .queued])
        #expect(try await store.states(of: "file") == [.ready, .ready, .ready, .ready])
        let leases = try await store.lease("crm", limit: 10, for: .seconds(30))
        #expect(leases.map(\.event.id) == [ids[0], ids[2]])
        #expect(leases.allSatisfy { $0.laneBlock.map { $0 < .seconds(60) } == true })
        #expect(try await store.lease("file", limit: 10, for: .seconds(30)).map(\.laneBlock) == [nil, nil, nil, nil])
        #expect(try await store.leaseOne() == nil)
        #expect(try await store.timeUntilNextDelivery(for: "crm") == nil)
        #expect(try await store.settle([Settlement(leases[0].token, .completed)]).isEmpty)
        #expect(try await store.states() == [.completed, .ready, .leased, .queued])
        #expect(try await store.timeUntilNextDelivery(for: "crm") == .zero)
        let second = try #require(try await store.leaseOne())
        #expect(second.event.id == ids[1])
        #expect(try await store.settle([Settlement(second.token, .deadLetter(reason: "no"))]).isEmpty)
        #expect(try await store.leaseOne()?.event.id == ids[3])
    }

    static let laneOrder = Check("A long lane is worked off in order, one at a time, in several batches") { store in
        var ids: [EventID] = []
        for start in stride(from: 0, to: 100, by: 25) {
            let results = try await store.enqueue((start..<start + 25).map { .of(1, $0) }, for: [.lanes])
            ids += results.compactMap { if case .stored(let id) = $0 { id } else { nil } }
        }
        try #require(ids.count == 100)
        for id in ids {
            let leases = try await store.lease("crm", limit: 10, for: .seconds(30))
            try #require(leases.map(\.event.id) == [id])
            #expect(try await store.settle(leases.map { Settlement($0.token, .completed) }).isEmpty)
        }
        #expect(try await store.counts() == ["crm": [.completed: 100]])
    }

    static let lanesOfOthers = Check("Lanes are those of one person and one handler") { store in
        try await store.store(
            .of(1, 1), .of(1, 2), for: [.lanes, DeliveryRecipient("file", ordering: .perPerson)])
        // Without a person an event is in a lane of its own.
        try await store.store(.payload("1"), .payload("2"), for: [.lanes])
        #expect(try await store.states() == [.ready, .queued, .ready, .ready])
        #expect(try await store.completeAll(of: "file"))
        #expect(try await store.states(of: "file") == [.completed, .ready])
        #expect(try await store.states() == [.ready, .queued, .ready, .ready])
    }

    static let laneDuplicates = Check("A duplicate is not queued, and a test event is in no lane") { store in
        try await store.store(.of(1, 1), .of(1, 1), .of(1, 2), for: [.lanes])
        #expect(try await store.enqueue([.of(1, 2)], for: [.lanes]) == [.duplicate(payloadDiffers: false)])
        try await store.store(.payload(String(decoding: Fixture.testEvent(id: "1"), as: UTF8.self)), for: [.lanes])
        #expect(try await store.states() == [.ready, .queued])
    }

    static let lanesKeepTheirHead = Check("A head that is released, retried or reclaimed stays the head") { store in
        try await store.store(.of(1, 1), .of(1, 2), for: [.lanes])
        let first = try #require(try await store.leaseOne(for: .seconds(10)))
        _ = try await store.settle([Settlement(first.token, .release)])
        #expect(try await store.states() == [.ready, .queued])
        let second = try #require(try await store.leaseOne(for: .seconds(10)))
        #expect(second.token.delivery == first.token.delivery && second.attempt == 1)
        _ = try await store.settle([Settlement(second.token, .retry(after: .seconds(3600), reason: "busy"))])
        #expect(try await store.states() == [.waiting, .queued])
        #expect(try await store.leaseOne() == nil)
        try await store.advanceClock(by: .seconds(3601))
        let third = try #require(try await store.leaseOne(for: .seconds(10)))
        #expect(third.token.delivery == first.token.delivery && third.attempt == 2)
        try await store.advanceClock(by: .seconds(11))
        #expect(try await store.reclaimExpired() == 1)
        #expect(try await store.states() == [.ready, .queued])
        // Who lost the lease does not bring the next.
        #expect(try await store.settle([Settlement(third.token, .completed)]) == [third.token])
        #expect(try await store.states() == [.ready, .queued])
        let fourth = try #require(try await store.leaseOne())
        #expect(fourth.token.delivery == first.token.delivery && fourth.isSuspect)
        #expect(try await store.settle([Settlement(fourth.token, .completed)]).isEmpty)
        #expect(try await store.states() == [.completed, .ready])
    }

    static let laneBlock = Check("A lease tells how long its delivery has held up its lane, by the store's clock") {
        store in
        func isAbout(_ block: Duration?, _ seconds: Int64) -> Bool {
            block.map { $0 >= .seconds(seconds) && $0 < .seconds(seconds + 90) } ?? false
        }
        try await store.store(.of(1, 1), .of(1, 2), for: [.lanes])
        // Waiting for its first attempt is no fault of its own; nor is an attempt that was handed back.
        try await store.advanceClock(by: .seconds(1000))
        let first = try #require(try await store.leaseOne(for: .seconds(90_000)))
        #expect(isAbout(first.laneBlock, 0))
        try await store.advanceClock(by: .seconds(1000))
        _ = try await store.settle([Settlement(first.token, .release)])
        let second = try #require(try await store.leaseOne(for: .seconds(90_000)))
        #expect(isAbout(second.laneBlock, 0))
        try await store.advanceClock(by: .seconds(500))
        _ = try await store.settle([Settlement(second.token, .retry(after: .seconds(10), reason: "busy"))])
        try await store.advanceClock(by: .seconds(500))
        let third = try #require(try await store.leaseOne(for: .seconds(90_000)))
        #expect(isAbout(third.laneBlock, 1000))
        _ = try await store.settle([Settlement(third.token, .release)])
        let again = try #require(try await store.leaseOne(for: .seconds(90_000)))
        #expect(isAbout(again.laneBlock, 1000))
        _ = try await store.settle([Settlement(again.token, .retry(after: .zero, reason: "busy", leavesLane: true))])
        // The next begins anew, and what has left the lane holds up nothing.
        let next = try await store.lease("crm", limit: 2, for: .seconds(30))
        #expect(next.map(\.laneBlock).first == .some(nil))
        #expect(isAbout(next.last?.laneBlock, 0))
    }

    static let leavingLanes = Check("What leaves its lane goes on by itself and brings no second head") { store in
        let ids = try await store.store(.of(1, 1), .of(1, 2), .of(1, 3), for: [.lanes])
        let first = try #require(try await store.leaseOne())
        _ = try await store.settle([Settlement(first.token, .retry(after: .seconds(60), reason: "x", leavesLane: true))]
        )
        #expect(try await store.states() == [.waiting, .ready, .queued])
        try await store.advanceClock(by: .seconds(61))
        let both = try await store.lease("crm", limit: 10, for: .seconds(30))
        #expect(both.map(\.event.id) == [ids[0], ids[1]])
        try #require(both.count == 2)
        #expect(try await store.settle([Settlement(both[0].token, .completed)]).isEmpty)
        #expect(try await store.states() == [.completed, .leased, .queued])
        #expect(try await store.settle([Settlement(both[1].token, .completed)]).isEmpty)
        #expect(try await store.states() == [.completed, .completed, .ready])
        // Without a lane there is none to leave.
        try await store.store(.of(1, 4), for: ["file"])
        let other = try #require(try await store.leaseOne("file"))
        _ = try await store.settle([Settlement(other.token, .retry(after: .zero, reason: "x", leavesLane: true))])
        #expect(try await store.completeAll(of: "file"))
        #expect(try await store.states(of: "file") == [.completed])
    }

    static let putAsideLanes = Check("A dead letter from the start takes no part in its lane until it goes round") {
        store in
        let ids = try await store.store(.of(1, 1, deadLetterReason: "old"), .of(1, 2), .of(1, 3), for: [.lanes])
        #expect(try await store.states() == [.deadLettered, .ready, .queued])
        let dead = try await store.ids()[0]
        #expect(try await store.redeliver([dead]) == [dead])
        #expect(try await store.states() == [.queued, .ready, .queued])
        var order: [EventID] = []
        while let lease = try await store.leaseOne() {
            order.append(lease.event.id)
            #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
            if order.count > 3 { break }
        }
        #expect(order == [ids[1], ids[0], ids[2]])
    }

    static let redeliveredLanes = Check(
        "What goes round again enters its lane: as its head, the oldest first, or behind it"
    ) {
        store in
        try await store.store(.of(1, 1), .of(1, 2), .of(1, 3), for: [.lanes])
        for verdict in [.completed, .deadLetter(reason: "no"), .completed] as [Settlement.Verdict] {
            let lease = try #require(try await store.leaseOne())
            #expect(try await store.settle([Settlement(lease.token, verdict)]).isEmpty)
        }
        let ids = try await store.ids()
        #expect(try await store.redeliver([ids[2], ids[1]]) == [ids[1], ids[2]])
        #expect(try await store.states() == [.completed, .ready, .queued])
        #expect(try await store.redeliver(ids) == [ids[0]])
        #expect(try await store.states() == [.queued, .ready, .queued])
        // A head that waits is the head still.
        let head = try #require(try await store.leaseOne())
        #expect(head.token.delivery == ids[1] && head.attempt == 1)
        _ = try await store.settle([Settlement(head.token, .retry(after: .seconds(60), reason: "busy"))])
        #expect(try await store.redeliver(ids) == [ids[1]])
        #expect(try await store.states() == [.queued, .ready, .queued])
        // What left the lane is in it again.
        let again = try #require(try await store.leaseOne())
        _ = try await store.settle([Settlement(again.token, .retry(after: .seconds(60), reason: "x", leavesLane: true))]
        )
        #expect(try await store.states() == [.ready, .waiting, .queued])
        #expect(try await store.redeliver([ids[1]]) == [ids[1]])
        #expect(try await store.states() == [.ready, .queued, .queued])
        for id in ids {
            let lease = try #require(try await store.leaseOne())
            #expect(lease.token.delivery == id)
            #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
        }
    }

    static let deletedLanes = Check("Deleting the head of a lane brings the next; deleting another brings none") {
        store in
        let ids = try await store.store(
            .of(1, 1), .of(1, 2), .of(1, 3), .of(1, 4), .of(1, 5), for: [.lanes, "file"])
        let first = try #require(try await store.leaseOne())
        #expect(try await store.delete([ids[2]]) == [ids[2]])
        #expect(try await store.states() == [.leased, .queued, .queued, .queued])
        #expect(try await store.delete([ids[0], ids[1]]) == [ids[0], ids[1]])
        #expect(try await store.states() == [.ready, .queued])
        #expect(try await store.settle([Settlement(first.token, .completed)]) == [first.token])
        #expect(try await store.states() == [.ready, .queued])
        #expect(try await store.leaseOne()?.event.id == ids[3])
        // What has left the lane is not its head.
        let other = try await store.store(.of(2, 6), .of(2, 7), .of(2, 8), for: [.lanes])
        let gone = try #require(try await store.leaseOne())
        _ = try await store.settle([Settlement(gone.token, .retry(after: .seconds(60), reason: "x", leavesLane: true))])
        #expect(try await store.delete([other[0]]) == [other[0]])
        #expect(try await store.states().suffix(2) == [.ready, .queued])
    }

    static let prunedLanes = Check("A lane goes on when what was done in it is pruned") { store in
        try await store.store(.of(1, 1), .of(1, 2), .of(1, 3), for: [.lanes])
        #expect(try await store.completeAll())
        try await store.advanceClock(by: .seconds(8 * 86_400))
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(events: 1))
        #expect(try await store.states() == [.ready, .queued])
        #expect(try await store.completeAll())
        #expect(try await store.completeAll())
        #expect(try await store.states() == [.completed, .completed])
    }

    static let dissolvedLanes = Check("Lanes are dissolved in bounded parts, one handler's and not another's") {
        store in
        let others = DeliveryRecipient("file", ordering: .perPerson)
        try await store.store(.of(1, 1), .of(1, 2), .of(1, 3), .of(2, 4), .of(2, 5), for: [.lanes, others])
        for limit in [0, -1] { #expect(try await store.dissolveLanes(of: "crm", limit: limit) == 0) }
        let head = try #require(try await store.leaseOne())
        #expect(try await store.dissolveLanes(of: "crm", limit: 2) == 2)
        #expect(try await store.counts()["crm"] == [.leased: 1, .ready: 3, .queued: 1])
        #expect(try await store.dissolveLanes(of: "crm", limit: 2) == 1)
        #expect(try await store.dissolveLanes(of: "crm", limit: 2) == 0)
        #expect(try await store.states(of: "file") == [.ready, .queued, .queued, .ready, .queued])
        #expect(try await store.settle([Settlement(head.token, .completed)]).isEmpty)
        #expect(try await store.completeAll())
        #expect(try await store.states() == [.completed, .completed, .completed, .completed, .completed])
        // Nor are they in a lane when they go round again.
        let ids = try await store.ids()
        #expect(try await store.redeliver([ids[1], ids[2]]) == [ids[1], ids[2]])
        #expect(try await store.lease("crm", limit: 10, for: .seconds(30)).count == 2)
        #expect(try await store.dissolveLanes(of: "unknown", limit: 10) == 0)
    }

    static let suspectLanes = Check("A suspect at the head of its lane is leased alone, and its lane waits") { store in
        let ids = try await store.store(.of(1, 1), .of(1, 2), .of(2, 3), for: [.lanes])
        let first = try #require(try await store.leaseOne(for: .seconds(10)))
        #expect(first.event.id == ids[0])
        try await store.advanceClock(by: .seconds(11))
        #expect(try await store.reclaimExpired() == 1)
        #expect(try await store.lease("crm", limit: 5, for: .seconds(30), suspects: .held).isEmpty)
        let others = try await store.lease("crm", limit: 5, for: .seconds(30), suspects: .skipped)
        #expect(others.map(\.event.id) == [ids[2]])
        #expect(try await store.lease("crm", limit: 5, for: .seconds(30)).map(\.event.id) == [ids[0]])
    }

    static let queuedStatistics = Check("What is queued is counted, found, and as old as its event") { store in
        try await store.store(.of(1, 1), for: [.lanes])
        try await store.advanceClock(by: .seconds(100))
        try await store.store(.of(1, 2), .of(1, 3), for: [.lanes])
        try await store.advanceClock(by: .seconds(50))
        let queued = try await store.statistics(of: [.queued])
        #expect(queued["crm"]?.counts == [.queued: 2])
        let age = try #require(queued["crm"]?.oldestOpenAge)
        #expect(age >= .seconds(49) && age < .seconds(90))
        #expect(try await store.deliveries(matching: DeliveryQuery(states: [.queued])).count == 2)
    }

    static let laneChecks: [Check] = [
        heads, laneOrder, lanesOfOthers, laneDuplicates, lanesKeepTheirHead, laneBlock, leavingLanes, putAsideLanes,
        redeliveredLanes, deletedLanes, prunedLanes, dissolvedLanes, suspectLanes, queuedStatistics,
    ]
}
#endif
