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
