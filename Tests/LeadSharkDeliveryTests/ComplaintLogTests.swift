#if Server
import Foundation
import LeadSharkDelivery
import Testing

@Suite("When a lasting trouble is logged", .timeLimit(.minutes(10)))
struct ComplaintLogTests {
    @Test("At its beginning, at a change, and once in a while")
    func rhythm() {
        let clock = TestClock()
        let complaints = ComplaintLog(interval: 60, now: clock.now)
        #expect(complaints.isDue("a"))
        #expect(!complaints.isDue("a"))
        clock.advance(by: 59)
        #expect(!complaints.isDue("a"))
        #expect(complaints.isDue("b"))
        clock.advance(by: 60)
        #expect(complaints.isDue("b"))
        #expect(!complaints.isDue("b"))
    }

    @Test("Causes that take turns are each said once in a while")
    func turns() {
        let clock = TestClock()
        let complaints = ComplaintLog(interval: 60, now: clock.now)
        var count = 0
        for second in 0..<120 {
            if complaints.isDue(second.isMultiple(of: 2) ? "a" : "b") { count += 1 }
            clock.advance(by: 1)
        }
        #expect(count == 4)
    }

    @Test("However many causes there are, there is no flood")
    func manyCauses() {
        let clock = TestClock()
        let complaints = ComplaintLog(interval: 60, now: clock.now)
        let due = (0..<1000).count { complaints.isDue("\($0)") }
        #expect(due == ComplaintLog.maximumCauseCount)
        clock.advance(by: 60)
        #expect(complaints.isDue("another"))
    }

    @Test("A clock that was set back does not silence it")
    func clockSetBack() {
        let clock = TestClock()
        let complaints = ComplaintLog(interval: 60, now: clock.now)
        #expect(complaints.isDue("a"))
        clock.advance(by: -86_400)
        #expect(complaints.isDue("a"))
    }

    @Test("Its end is told once")
    func end() {
        let complaints = ComplaintLog()
        #expect(!complaints.end())
        #expect(complaints.isDue("a"))
        #expect(complaints.end())
        #expect(!complaints.end())
        #expect(complaints.isDue("a"))
    }

    @Test("Those whom it befell are counted, and told with the next line or at the end")
    func counts() {
        let clock = TestClock()
        let complaints = ComplaintLog(interval: 10, now: clock.now)
        #expect(complaints.note("a", 3) == 3)
        #expect(complaints.note("a", 2) == nil)
        clock.advance(by: 9)
        #expect(complaints.note("a", 2) == nil)
        clock.advance(by: 1)
        #expect(complaints.note("a", 1) == 5)
        clock.advance(by: 1)
        #expect(complaints.note("a", 4) == nil)
        #expect(complaints.endCounting() == 4)
        #expect(complaints.endCounting() == nil)
        clock.advance(by: 1)
        #expect(complaints.note("a", 1) == 1)
    }

    @Test("A store that fails time after time makes one line, and one when it works again")
    func lines() async throws {
        let logs = Journal<String>()
        try await EngineUnderTest.with([], logger: .into(logs)) { test in
            test.store.fail(.enqueue, times: 50)
            for number in 0..<50 {
                await #expect(throws: EnqueueError(.storeFailed, message: "")) {
                    try await test.engine.queue.enqueue(.fixture(number))
                }
            }
            for number in 0..<3 { _ = try await test.engine.queue.enqueue(.fixture(number)) }
        }
        #expect(logs.all.filter { $0.contains("did not commit") }.count == 1)
        let recovered = logs.all.filter { $0.contains("commits events again") }
        #expect(recovered.count == 1)
        #expect(recovered.first?.contains("49") == true)
    }
}

/// A time of day that a test moves.
private final class TestClock: Sendable {
    private let time = LockedValue(Date(timeIntervalSince1970: 1_774_000_000))

    var now: @Sendable () -> Date { { [time] in time.withLock { $0 } } }

    func advance(by seconds: TimeInterval) { time.withLock { $0.addTimeInterval(seconds) } }
}
#endif
