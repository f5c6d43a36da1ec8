#if Server
import LeadSharkDelivery
import Testing

@Suite struct EventBacklogTests {
    private typealias Backlog = EventBacklog<String, String>

    private func backlog(
        events: Int = 100, bytes: Int = 1000, perCommit: Int = 10, bytesPerCommit: Int = 100
    ) -> Backlog {
        var limits = DeliveryQueue.Limits()
        limits.waitingEvents = events
        limits.waitingBytes = bytes
        limits.eventsPerCommit = perCommit
        limits.bytesPerCommit = bytesPerCommit
        return Backlog(limits: limits)
    }

    @discardableResult
    private func admit(_ event: String, bytes: Int = 1, to backlog: inout Backlog) -> Backlog.Admission {
        let number = backlog.makeNumber()
        return backlog.admit(event, number: number, byteCount: bytes, waiter: "waiter of \(event)")
    }

    private func batch(_ step: Backlog.Step) -> [Backlog.Entry] {
        if case .commit(let entries) = step { entries } else { [] }
    }

    @Test("What is too much is refused, also while a commit is under way")
    func fullByCount() {
        var backlog = backlog(events: 2)
        check(admit("a", to: &backlog) == .admitted(wakes: true))
        check(admit("b", to: &backlog) == .admitted(wakes: false))
        check(admit("c", to: &backlog) == .full)
        let taken = batch(backlog.next())
        check(taken.map(\.event) == ["a", "b"])
        check(admit("d", to: &backlog) == .full)
        backlog.finish(taken)
        check(admit("e", to: &backlog) == .admitted(wakes: true))
    }

    @Test("Too many bytes are refused, but one event alone is let in whatever its size")
    func fullByBytes() {
        var backlog = backlog(bytes: 100, bytesPerCommit: 10)
        check(admit("huge", bytes: 5000, to: &backlog) == .admitted(wakes: true))
        check(admit("small", bytes: 1, to: &backlog) == .full)
        let taken = batch(backlog.next())
        check(taken.map(\.event) == ["huge"])
        backlog.finish(taken)
        check(admit("a", bytes: 60, to: &backlog) == .admitted(wakes: true))
        check(admit("b", bytes: 41, to: &backlog) == .full)
        check(admit("c", bytes: 40, to: &backlog) == .admitted(wakes: false))
    }

    @Test("After a stop nothing is let in, and what waits is still committed")
    func stopped() {
        var backlog = backlog()
        admit("a", to: &backlog)
        backlog.stop()
        check(admit("b", to: &backlog) == .stopped)
        check(batch(backlog.next()).map(\.event) == ["a"])
        guard case .finished = backlog.next() else {
            Issue.record("a stopped and empty backlog is finished")
            return
        }
    }

    @Test("An empty backlog waits")
    func empty() {
        var backlog = backlog()
        guard case .wait = backlog.next() else {
            Issue.record("an empty backlog has nothing to commit")
            return
        }
    }

    @Test("A commit takes what waits in order, up to its bounds")
    func batches() {
        var backlog = backlog(perCommit: 3, bytesPerCommit: 10)
        for event in ["a", "b", "c", "d"] { admit(event, bytes: 2, to: &backlog) }
        admit("e", bytes: 7, to: &backlog)
        admit("f", bytes: 4, to: &backlog)
        check(batch(backlog.next()).map(\.event) == ["a", "b", "c"])
        check(batch(backlog.next()).map(\.event) == ["d", "e"])
        check(batch(backlog.next()).map(\.event) == ["f"])
        check(backlog.count == 6)
    }

    @Test("A waiter is taken once")
    func waiters() {
        var backlog = backlog()
        let number = backlog.makeNumber()
        check(backlog.takeWaiter(number) == nil)
        _ = backlog.admit("a", number: number, byteCount: 1, waiter: "w")
        check(backlog.takeWaiter(number) == "w")
        check(backlog.takeWaiter(number) == nil)
        check(batch(backlog.next()).map(\.event) == ["a"])
    }

    @Test("The waiter of a refused event is left with its owner")
    func refusedWaiter() {
        var backlog = backlog(events: 0)
        let number = backlog.makeNumber()
        check(backlog.admit("a", number: number, byteCount: 1, waiter: "w") == .full)
        check(backlog.takeWaiter(number) == nil)
    }
}
#endif
