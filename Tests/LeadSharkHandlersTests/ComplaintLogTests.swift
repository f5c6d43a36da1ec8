#if Server
import Testing

@testable import LeadSharkHandlers

@Suite("When a lasting trouble is logged")
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
}
#endif
