#if Server
import LeadSharkDelivery
import Testing

@Suite struct LeaseLedgerTests {
    private func token(_ number: Int64, fence: Int64 = 1) -> LeaseToken {
        LeaseToken(delivery: DeliveryID(rawValue: number), fence: fence)
    }

    private func open(_ numbers: Int64...) -> [LeaseLedger.Open] {
        numbers.map { LeaseLedger.Open(token: token($0), attempt: 1) }
    }

    @Test("A lease gets one verdict, the first")
    func firstVerdictWins() {
        var ledger = LeaseLedger()
        _ = ledger.begin("crm", open(1), deadline: .seconds(60))
        check(ledger.decide(token(1), .retry(after: .zero, reason: "deadline")))
        check(!ledger.decide(token(1), .completed))
        check(!ledger.decide(token(2), .completed))
        check(ledger.takeVerdicts(atMost: 10).map(\.verdict) == [.retry(after: .zero, reason: "deadline")])
        check(ledger.takeVerdicts(atMost: 10).isEmpty)
    }

    @Test("An attempt keeps its place until its task ends, whatever became of its leases")
    func places() {
        var ledger = LeaseLedger()
        let first = ledger.begin("crm", open(1), deadline: .seconds(60))
        let second = ledger.begin("crm", open(2), deadline: .seconds(60))
        _ = ledger.begin("file", open(3), deadline: .seconds(60))
        _ = ledger.decide(token(1), .completed)
        ledger.settled(ledger.takeVerdicts(atMost: 10))
        check(ledger.runningCount(of: "crm") == 2)
        ledger.end(first)
        ledger.end(first)
        check(ledger.runningCount(of: "crm") == 1)
        check(ledger.isRunning(second) && !ledger.isRunning(first))
        check(ledger.runningCount(of: "file") == 1)
        check(!ledger.isIdle)
    }

    @Test("An attempt is overdue once, with the leases that have no verdict yet")
    func overdue() {
        var ledger = LeaseLedger()
        let batch = ledger.begin("crm", open(1, 2), deadline: .seconds(60))
        _ = ledger.begin("crm", open(3), deadline: .seconds(61))
        _ = ledger.decide(token(1), .completed)
        check(ledger.overdue(at: .seconds(59)).isEmpty)
        check(ledger.nextDeadline == .seconds(60))
        let overdue = ledger.overdue(at: .seconds(60))
        check(overdue.map(\.id) == [batch])
        check(overdue.first?.open == open(2))
        check(ledger.overdue(at: .seconds(60)).isEmpty)
        check(ledger.nextDeadline == .seconds(61))
    }

    @Test("Nothing is begun beside a suspect until its verdict is written, whatever its task does")
    func suspects() {
        var ledger = LeaseLedger()
        check(ledger.suspectRule(for: "crm") == .alone)
        _ = ledger.begin("crm", open(1), deadline: .seconds(60))
        check(ledger.suspectRule(for: "crm") == .held)
        check(ledger.suspectRule(for: "file") == .alone)
        _ = ledger.begin("file", open(2), deadline: .seconds(60), isSuspect: true)
        check(ledger.suspectRule(for: "file") == nil)
        check(ledger.suspectRule(for: "crm") == .skipped)
        _ = ledger.decide(token(2), .completed)
        let verdicts = ledger.takeVerdicts(atMost: 10)
        check(ledger.suspectRule(for: "file") == nil)
        ledger.putBack(verdicts)
        check(ledger.hasSuspect)
        ledger.settled(ledger.takeVerdicts(atMost: 10))
        check(!ledger.hasSuspect)
        check(ledger.suspectRule(for: "file") == .alone)
        check(ledger.suspectRule(for: "crm") == .held)
        // A lost lease is nobody's any more.
        _ = ledger.begin("file", open(3), deadline: .seconds(60), isSuspect: true)
        _ = ledger.lose([token(1), token(3)])
        check(ledger.suspectRule(for: "file") == .alone)
        check(ledger.suspectRule(for: "crm") == .alone)
    }

    @Test("A lost lease gets no verdict, and its attempt is of no use when all are lost")
    func lost() {
        var ledger = LeaseLedger()
        let batch = ledger.begin("crm", open(1, 2), deadline: .seconds(60))
        let first = ledger.lose([token(1)])
        check(first.lost == [token(1)])
        check(first.idle.isEmpty)
        let second = ledger.lose([token(2), token(9)])
        check(second.lost == [token(2)])
        check(second.idle == [batch])
        check(!ledger.decide(token(1), .completed))
        check(ledger.held.isEmpty)
        check(ledger.runningCount(of: "crm") == 1)
    }

    @Test("A verdict that waits is dropped when its lease is lost, one that is being written is not")
    func lostWhileSettling() {
        var ledger = LeaseLedger()
        _ = ledger.begin("crm", open(1, 2), deadline: .seconds(60))
        _ = ledger.decide(token(1), .completed)
        let beingWritten = ledger.takeVerdicts(atMost: 1)
        _ = ledger.decide(token(2), .completed)
        check(ledger.lose([token(1), token(2)]).lost == [token(2)])
        check(ledger.takeVerdicts(atMost: 1).isEmpty)
        ledger.putBack(beingWritten)
        check(ledger.takeVerdicts(atMost: 10).map(\.token) == [token(1)])
        ledger.settled(beingWritten)
        check(ledger.lose([token(1)]).lost.isEmpty)
    }

    @Test("Leases are renewed until their verdict is written")
    func held() {
        var ledger = LeaseLedger()
        _ = ledger.begin("crm", open(1), deadline: .seconds(60))
        check(ledger.held == [token(1)])
        _ = ledger.decide(token(1), .completed)
        check(ledger.held == [token(1)])
        let batch = ledger.takeVerdicts(atMost: 10)
        check(ledger.held == [token(1)])
        ledger.settled(batch)
        check(ledger.held.isEmpty)
    }

    @Test("In the end all open leases are released, and the others keep their verdict")
    func abandon() {
        var ledger = LeaseLedger()
        let first = ledger.begin("crm", open(1, 2), deadline: .seconds(60))
        let second = ledger.begin("file", open(3), deadline: .seconds(60))
        _ = ledger.decide(token(2), .completed)
        ledger.add("crm", Settlement(token(4), .release))
        check(ledger.abandon() == [first, second])
        let verdicts = ledger.takeVerdicts(atMost: 10)
        check(verdicts.map(\.token) == [token(2), token(4), token(1), token(3)])
        check(verdicts.map(\.verdict) == [.completed, .release, .release, .release])
    }
}
#endif
