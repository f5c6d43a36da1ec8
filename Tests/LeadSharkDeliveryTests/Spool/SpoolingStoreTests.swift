#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@Suite("A store with a spool", .timeLimit(.minutes(2)))
struct SpoolingStoreTests {
    private func code(_ body: () async throws -> Void) async -> DeliveryStoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? DeliveryStoreError)?.code
        }
    }

    @Test("What the store refuses for what it is goes to no spool, nor does what comes after the end")
    func rowRefused() async throws {
        let rig = SpoolingRig()
        rig.mood.become(.refusesRows([NewEvent.fixture(1).identity]))
        #expect(await code { _ = try await rig.enqueue(.fixture(1)) } == .rowRefused)
        #expect(try await rig.enqueue(.fixture(2)) == [.stored(EventID(rawValue: 1))])
        #expect(rig.spool.identities.isEmpty)
        try await rig.store.close()
        #expect(await code { _ = try await rig.enqueue(.fixture(3)) } == .closed)
        #expect(rig.spool.identities.isEmpty)
    }

    @Test("What neither takes is refused, with the spool's reason, and no part of it is in the spool")
    func bothRefuse() async throws {
        let rig = SpoolingRig(maximumCount: 1)
        rig.mood.become(.refuses(.unavailable))
        #expect(await code { _ = try await rig.enqueue(.fixture(1), .fixture(2)) } == .diskFull)
        #expect(rig.spool.identities.isEmpty)
        #expect(try await rig.enqueue(.fixture(3)) == [.spooled])
        #expect(await code { _ = try await rig.enqueue(.fixture(4)) } == .diskFull)
        #expect(await code { try await rig.both.checkHealth() } == .diskFull)
        rig.spool.fail(.put, times: 1, .busy)
        #expect(await code { _ = try await rig.enqueue(.fixture(5)) } == .unavailable)
        // A spool that must not be used any more, and is needed, ends the process.
        rig.spool.fail(.put, times: 1, .failed)
        #expect(await code { _ = try await rig.enqueue(.fixture(5)) } == .failed)
    }

    @Test("One of a batch that the spool refuses for what it is can be told from the others")
    func spoolRefusesRow() async throws {
        let rig = SpoolingRig()
        rig.mood.become(.refuses(.unavailable))
        rig.spool.fail(.put, times: 1, .rowRefused)
        #expect(await code { _ = try await rig.enqueue(.fixture(1)) } == .rowRefused)
    }

    @Test(
        "While the store is away events go to the spool, and the store is left alone",
        arguments: [.unavailable, .diskFull, .inputOutput, .busy, .corrupt, .readOnly] as [DeliveryStoreError.Code])
    func refusals(_ code: DeliveryStoreError.Code) async throws {
        let rig = SpoolingRig()
        rig.mood.become(.refuses(code))
        #expect(try await rig.enqueue(.fixture(1), .fixture(2)) == [.spooled, .spooled])
        #expect(try await rig.enqueue(.fixture(3)) == [.spooled])
        #expect(try await rig.enqueue(.fixture(1)) == [.duplicate(payloadDiffers: false)])
        #expect(rig.store.enqueued.all == [2])
        #expect(rig.lineCount("The store does not take events") == 1)
        try await rig.both.checkHealth()
        let report = await rig.both.report()
        #expect(report.isSpooling)
        #expect(report.status?.eventCount == 3)
    }

    @Test("A store that hangs is waited for once, and what it commits later is not there twice")
    func hanging() async throws {
        try await SpoolingRig.with { rig async throws in
            let gate = Gate()
            rig.mood.become(.hangs(gate))
            let first = Task { try await rig.enqueue(.fixture(1)) }
            await until { gate.waitingCount >= 1 }
            await rig.clock.waitForSleeper(in: .seconds(2))
            rig.clock.advance(by: .seconds(2))
            #expect(try await first.value == [.spooled])
            // Nobody moves the clock: this one does not wait for the store.
            #expect(try await rig.enqueue(.fixture(2)) == [.spooled])
            rig.mood.become(.works)
            gate.open()
            await rig.pass { rig.spool.identities.isEmpty }
            #expect(try await rig.stored() == [NewEvent.fixture(1).identity, NewEvent.fixture(2).identity])
            await rig.pass { rig.lineCount("The spool is empty") == 1 }
            #expect(await !rig.both.report().isSpooling)
        }
    }

    @Test("So many calls may hang, and no more are begun")
    func manyHanging() async throws {
        let clock = ManualClock()
        let calls = BoundedCalls(Timeline(clock))
        let gate = Gate()
        for number in 1...BoundedCalls.maximumCount {
            let call = Task { try await calls.run(within: .seconds(1)) { await gate.pass() } }
            await until { gate.waitingCount == number }
            await clock.waitForSleeper(in: .seconds(1))
            clock.advance(by: .seconds(1))
            #expect(await code { try await call.value } == .unavailable)
        }
        #expect(await code { try await calls.run(within: .seconds(1)) {} } == .unavailable)
        gate.open()
        await until { await code { try await calls.run(within: .seconds(1)) {} } == nil }
    }

    @Test("When the store is back, the spool's events come to it in their order, with the recipients that they had")
    func back() async throws {
        try await SpoolingRig.with { rig async throws in
            rig.mood.become(.refuses(.unavailable))
            for number in 1...300 { try await rig.enqueue(.fixture(number)) }
            _ = try await rig.both.enqueue([.fixture(301)], for: ["other"])
            let told = Journal<Int>()
            rig.both.whenOthersEnqueue { told.append(1) }
            rig.mood.become(.works)
            await rig.pass { rig.spool.identities.isEmpty }
            #expect(try await rig.stored() == (1...300).map { NewEvent.fixture($0).identity })
            #expect(try await rig.stored(for: "other") == [NewEvent.fixture(301).identity])
            #expect(told.count >= 3)
            await rig.pass { await !rig.both.report().isSpooling }
            // From then on events go to the store again.
            guard case .stored = try await rig.enqueue(.fixture(302))[0] else {
                Issue.record("the event was not stored")
                return
            }
            #expect(rig.lineCount("The store takes events again") == 1)
        }
    }

    @Test("An event whose commit got lost on its way is there once", arguments: [true, false])
    func ambiguousCommit(isMoving: Bool) async throws {
        try await SpoolingRig.with { rig async throws in
            rig.mood.become(isMoving ? .refuses(.unavailable) : .losesAnswers)
            #expect(try await rig.enqueue(.fixture(1)) == [.spooled])
            rig.mood.become(.losesAnswers)
            let before = rig.store.enqueued.count
            await rig.pass { rig.store.enqueued.count > before }
            rig.mood.become(.works)
            await rig.pass { rig.spool.identities.isEmpty }
            #expect(try await rig.stored() == [NewEvent.fixture(1).identity])
        }
    }

    @Test("What was moved and not yet removed is moved again, and is there once")
    func crashBeforeRemoval() async throws {
        let rig = SpoolingRig()
        rig.mood.become(.refuses(.unavailable))
        try await rig.enqueue(.fixture(1), .fixture(2))
        rig.mood.become(.works)
        // As if the process ended between the two.
        rig.spool.fail(.remove, times: 1)
        let run = Task { try await rig.both.run() }
        await rig.pass { rig.spool.failuresLeft(.remove) == 0 }
        run.cancel()
        try await run.value
        let next = SpoolingDeliveryStore(
            store: rig.store, spool: rig.spool, clock: rig.clock, generator: FixedGenerator(), logger: .silent)
        let again = Task { try await next.run() }
        await rig.pass { rig.spool.identities.isEmpty }
        again.cancel()
        try await again.value
        #expect(try await rig.stored() == [NewEvent.fixture(1).identity, NewEvent.fixture(2).identity])
    }

    @Test("A start with a store that is away says so at once, and takes events")
    func awayFromTheStart() async throws {
        try await SpoolingRig.with(prepare: { $0.mood.become(.refuses(.unavailable)) }) { rig in
            await until { rig.lineCount("The store does not take events") == 1 }
            #expect(try await rig.enqueue(.fixture(1)) == [.spooled])
            #expect(rig.store.enqueued.count == 0)
            rig.mood.become(.works)
            try await rig.pass { try await rig.stored().count == 1 }
        }
    }

    @Test("A newer event of a person waits behind those in the spool, and others pass")
    func lanes() async throws {
        let rig = SpoolingRig()
        rig.mood.become(.refuses(.unavailable))
        try await rig.enqueue(.of(person: 1, 1))
        let next = SpoolingDeliveryStore(store: rig.store, spool: rig.spool, clock: rig.clock, logger: .silent)
        rig.mood.become(.works)
        let events = [NewEvent.of(person: 2, 2), .of(person: 1, 3), .of(person: 1, 4)]
        let results = try await next.enqueue(events, for: SpoolingRig.recipients)
        #expect(results == [.stored(EventID(rawValue: 1)), .spooled, .spooled])
        // Where no handler asks for lanes, nobody waits.
        #expect(try await next.enqueue([.of(person: 1, 5)], for: ["mail"]) == [.stored(EventID(rawValue: 2))])
        let run = Task { try await next.run() }
        await until { rig.spool.identities.isEmpty }
        run.cancel()
        try await run.value
        #expect(
            try await rig.stored(for: "crm") == [2, 1, 3, 4].map { NewEvent.of(person: $0 == 2 ? 2 : 1, $0).identity })
        // Once the person has none there any more, the store gets the next at once.
        guard case .stored = try await next.enqueue([.of(person: 1, 6)], for: SpoolingRig.recipients)[0] else {
            Issue.record("the event was not stored")
            return
        }
    }

    @Test("When the spool has no room, order is given up before an event is")
    func orderIsGivenUp() async throws {
        let rig = SpoolingRig(maximumCount: 1)
        rig.mood.become(.refuses(.unavailable))
        try await rig.enqueue(.of(person: 1, 1))
        let next = SpoolingDeliveryStore(store: rig.store, spool: rig.spool, clock: rig.clock, logger: .silent)
        rig.mood.become(.works)
        let results = try await next.enqueue([.of(person: 1, 2)], for: SpoolingRig.recipients)
        #expect(results == [.stored(EventID(rawValue: 1))])
    }

    @Test("An event that the store refuses for what it is holds up no other, and is kept until it is taken")
    func setAside() async throws {
        try await SpoolingRig.with { rig in
            rig.mood.become(.refuses(.unavailable))
            for number in 1...5 { try await rig.enqueue(.fixture(number)) }
            let bad = NewEvent.fixture(3).identity
            rig.mood.become(.refusesRows([bad]))
            try await rig.pass { try await rig.stored().count == 4 }
            await rig.pass { rig.spool.asideCount == 1 && rig.spool.identities.count == 1 }
            #expect(rig.spool.identities == [bad])
            #expect(rig.lineCount("The store refuses an event of the spool") == 1)
            #expect(await rig.both.report().status?.setAsideCount == 1)
            rig.mood.become(.works)
            // The first answer may be that of a look that was under way.
            while !rig.spool.identities.isEmpty { #expect(try await rig.both.moveNow().failure == nil) }
            #expect(try await rig.stored().count == 5)
        }
    }

    @Test("An operator who has events moved is told how far it went, and why no further")
    func moveNow() async throws {
        try await SpoolingRig.with { rig in
            rig.mood.become(.refuses(.busy))
            try await rig.enqueue(.fixture(1), .fixture(2))
            // The time stands still, so nobody but the operator has the store tried.
            let vain = try await rig.both.moveNow()
            #expect(vain.movedCount == 0)
            #expect(vain.waitingCount == 2)
            #expect(vain.failure?.contains("injected") == true)
            rig.mood.become(.works)
            var moved = 0
            while rig.spool.waitingCount > 0 { moved += try await rig.both.moveNow().movedCount }
            #expect(moved == 2)
        }
        let rig = SpoolingRig()
        let run = Task { try await rig.both.run() }
        run.cancel()
        try await run.value
        #expect(try await rig.both.moveNow().failure != nil)
    }

    @Test("A store that must not be used any more ends the service, and what is in the spool stays")
    func failedStore() async throws {
        let rig = SpoolingRig()
        rig.mood.become(.refuses(.unavailable))
        try await rig.enqueue(.fixture(1))
        rig.store.failForGood()
        // It is tried by the alarm at the latest.
        let mover = rig.movingTime()
        await #expect(throws: DeliveryStoreError(.failed, message: "")) { try await rig.both.run() }
        mover.cancel()
        #expect(rig.spool.identities.count == 1)
    }

    @Test("A spool that must not be used any more ends the service when it has events, and else does not")
    func failedSpool() async throws {
        let rig = SpoolingRig()
        rig.mood.become(.refuses(.unavailable))
        try await rig.enqueue(.fixture(1))
        rig.mood.become(.works)
        rig.spool.fail(.oldest, times: 1, .failed)
        await #expect(throws: DeliveryStoreError(.failed, message: "")) { try await rig.both.run() }

        try await SpoolingRig.with(prepare: { $0.spool.fail(.oldest, times: 1, .failed) }) { rig in
            await until { rig.spool.failuresLeft(.oldest) == 0 }
            guard case .stored = try await rig.enqueue(.fixture(1))[0] else {
                Issue.record("the event was not stored")
                return
            }
            #expect(try await rig.both.moveNow().failure == nil)
        }
    }

    @Test("Whatever fails, and whenever, all that was acknowledged is in the store once", arguments: 1...15)
    func randomSchedule(_ seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        try await SpoolingRig.with(maximumCount: 40) { rig in
            let acknowledged = try await rig.runAtRandom(&generator, spoolFails: true)
            let stored = try await rig.stored()
            #expect(Set(stored).count == stored.count, "seed \(seed)")
            #expect(Set(stored).isSuperset(of: acknowledged.map(\.identity)), "seed \(seed)")
        }
    }

    @Test(
        "Whatever the store does, as long as the spool works all is taken, and each person's events stay in order",
        arguments: 1...15)
    func randomOrder(_ seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        // One after the other, so that new events come while others of their persons are still in the spool.
        try await SpoolingRig.with(configure: { $0.eventsPerMove = 1 }) { rig in
            let acknowledged = try await rig.runAtRandom(&generator, spoolFails: false)
            #expect(acknowledged.count >= SpoolingRig.roundCount, "seed \(seed)")
            let stored = try await rig.stored(for: "crm")
            #expect(stored.count == acknowledged.count, "seed \(seed)")
            for person in Set(acknowledged.map(\.envelope.lane)) {
                let own = acknowledged.filter { $0.envelope.lane == person }.map(\.identity)
                #expect(stored.filter { own.contains($0) } == own, "seed \(seed)")
            }
        }
    }
}
#endif
