#if Server
import LeadSharkDelivery
import Testing

@Suite(.timeLimit(.minutes(10))) struct WakeupTests {
    @Test("A call before the wait is not lost, and many count once")
    func before() async {
        let wakeup = Wakeup()
        wakeup.wake()
        wakeup.wake()
        await wakeup.wait()
        let ended = Journal<Int>()
        let second = Task {
            await wakeup.wait()
            ended.append(2)
        }
        for _ in 0..<100 { await Task.yield() }
        #expect(ended.count == 0)
        wakeup.wake()
        await second.value
    }

    @Test("A signal wakes every listener")
    func signal() async {
        let signal = DeliverySignal()
        let wakeups = (0..<3).map { _ in Wakeup() }
        for wakeup in wakeups { signal.add(wakeup) }
        signal.notify()
        for wakeup in wakeups { await wakeup.wait() }
    }
}

@Suite(.timeLimit(.minutes(10))) struct AlarmTests {
    @Test("An alarm fires at the earliest time that it was set to, once")
    func earliest() async {
        let clock = ManualClock()
        let fired = Journal<Duration>()
        let timeline = Timeline(clock)
        let alarm = Alarm(timeline) { fired.append(timeline.now) }
        alarm.set(at: .seconds(10))
        alarm.set(at: .seconds(20))
        await clock.waitForSleeper(in: .seconds(10))
        alarm.set(at: .seconds(5))
        await clock.waitForSleeper(in: .seconds(5))
        clock.advance(by: .seconds(5))
        await until { fired.count == 1 }
        clock.advance(by: .seconds(30))
        alarm.set(at: .seconds(36))
        await clock.waitForSleeper(in: .seconds(1))
        clock.advance(by: .seconds(1))
        await until { fired.count == 2 }
        #expect(fired.all == [.seconds(5), .seconds(36)])
    }

    @Test("A cancelled alarm does not fire, and can be set again")
    func cancelled() async {
        let clock = ManualClock()
        let fired = Journal<Duration>()
        let timeline = Timeline(clock)
        let alarm = Alarm(timeline) { fired.append(timeline.now) }
        alarm.set(at: .seconds(10))
        await clock.waitForSleeper(in: .seconds(10))
        alarm.cancel()
        alarm.set(at: .seconds(12))
        await clock.waitForSleeper(in: .seconds(12))
        clock.advance(by: .seconds(12))
        await until { fired.count == 1 }
        #expect(fired.all == [.seconds(12)])
    }
}

@Suite struct LockedValueTests {
    @Test("Changes by many threads are all there")
    func contention() async {
        let value = LockedValue(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1000 { value.withLock { $0 += 1 } } }
            }
        }
        #expect(value.withLock { $0 } == 8000)
    }

    @Test("An error leaves the lock free")
    func errors() {
        struct Failure: Error {}
        let value = LockedValue(1)
        #expect(throws: Failure.self) { try value.withLock { _ in throw Failure() } }
        #expect(value.withLock { $0 } == 1)
    }
}

@Suite struct NewEventTests {
    @Test(
        "A long header that contradicts the body is cut",
        arguments: ["dm.sent", String(repeating: "x", count: 5000)])
    func header(_ header: String) {
        let event = NewEvent(
            webhook: .leadshark, verified: NewEvent.fixture(1).verified, eventHeader: header)
        #expect(event.contradictingHeader == String(header.prefix(NewEvent.maximumHeaderLength)))
    }
}

@Suite struct NamesTests {
    @Test(
        "What is no name is refused",
        arguments: ["", "A", "ä", "a b", "a/b", "a\n", String(repeating: "a", count: 65)])
    func invalid(_ text: String) {
        #expect(HandlerName(text) == nil)
        #expect(WebhookName(text) == nil)
    }

    @Test("Names are taken as they are", arguments: ["a", "crm-2", String(repeating: "z", count: 64)])
    func valid(_ text: String) {
        #expect(HandlerName(text)?.text == text)
        #expect(WebhookName(text)?.text == text)
    }
}
#endif
