#if Server
import LeadSharkDelivery
import Testing

@Suite struct DeliveryLifecycleTests {
    /// A delivery that is leased until 30.
    private func leased() throws -> (DeliveryLifecycle, Int64) {
        var delivery = DeliveryLifecycle()
        let fence = delivery.lease(at: 0, for: 30)
        return (delivery, try #require(fence))
    }

    @Test(
        "Without the current lease nothing changes",
        arguments: [.completed, .retry(after: .zero, reason: ""), .deadLetter(reason: ""), .release]
            as [Settlement.Verdict])
    func fencing(_ verdict: Settlement.Verdict) throws {
        var (delivery, fence) = try leased()
        let before = delivery
        for other in [fence - 1, fence + 1, .max, .min] {
            check(!delivery.settle(other, verdict, at: 1))
            check(!delivery.renew(other, at: 1, for: 30))
        }
        check(delivery == before)
        check(delivery.settle(fence, verdict, at: 1))
        let settled = delivery
        check(!delivery.settle(fence, verdict, at: 1))
        check(!delivery.renew(fence, at: 1, for: 30))
        check(delivery == settled)
    }

    @Test("Only what is ready or due is leased")
    func leasing() throws {
        var (delivery, fence) = try leased()
        check(delivery.lease(at: 5, for: 30) == nil)
        check(delivery.settle(fence, .retry(after: .microseconds(10), reason: "busy"), at: 5))
        check(delivery.lease(at: 14, for: 30) == nil)
        check(delivery.lease(at: 15, for: 30) == fence + 1)
        check(delivery.attempt == 2)
        check(delivery.settle(fence + 1, .completed, at: 16))
        check(delivery.lease(at: 1000, for: 30) == nil)
    }

    @Test("A lease is reclaimed when it has run out, and then its holder has lost it")
    func reclaim() throws {
        var (delivery, fence) = try leased()
        check(!delivery.reclaim(at: 29))
        check(delivery.renew(fence, at: 29, for: 30))
        check(!delivery.reclaim(at: 58))
        check(delivery.reclaim(at: 59))
        check(!delivery.reclaim(at: 59))
        check(delivery.crashes == 1)
        check(!delivery.settle(fence, .completed, at: 60))
    }

    @Test("A lease that has run out and was not reclaimed can still be settled")
    func late() throws {
        var (delivery, fence) = try leased()
        check(delivery.settle(fence, .completed, at: 1000))
        check(delivery.state == .completed)
    }

    @Test("Redelivery begins anew, with a fence that goes on")
    func redeliver() throws {
        var (delivery, fence) = try leased()
        check(!delivery.redeliver())
        check(delivery.settle(fence, .deadLetter(reason: "no"), at: 1))
        check(delivery.reason == "no")
        check(delivery.redeliver())
        check(delivery.reason == nil && delivery.attempt == 0)
        check(delivery.lease(at: 2, for: 30) == fence + 1)

        check(delivery.settle(fence + 1, .retry(after: .seconds(60), reason: "busy"), at: 3))
        check(delivery.redeliver())
        check(delivery.state == .ready && delivery.dueAt == nil && delivery.attempt == 0)
        check(!delivery.redeliver())
    }

    @Test("What is queued is not leased, settled, reclaimed or redelivered, and is promoted once")
    func queued() throws {
        var delivery = DeliveryLifecycle(inLane: true)
        let before = delivery
        check(delivery.state == .queued && !delivery.isHead)
        check(delivery.lease(at: 0, for: 30) == nil)
        check(!delivery.settle(0, .completed, at: 0) && !delivery.reclaim(at: .max))
        check(!delivery.redeliver() && !delivery.redeliver(laneIsTaken: true))
        check(delivery == before)
        check(delivery.promote())
        check(delivery.isHead && delivery.state == .ready)
        check(!delivery.promote() && !delivery.dissolveLane())
    }

    @Test("A head holds its lane up from its first attempt on, until it ends or leaves")
    func blocking() throws {
        var delivery = DeliveryLifecycle(inLane: false)
        check(delivery.isHead && delivery.blockingSince == nil)
        check(delivery.lease(at: 5, for: 30) == 1)
        check(delivery.settle(1, .release, at: 6))
        check(delivery.blockingSince == nil)
        check(delivery.lease(at: 7, for: 30) == 2)
        check(delivery.settle(2, .retry(after: .microseconds(1), reason: ""), at: 8))
        check(delivery.isHead && delivery.lease(at: 20, for: 30) == 3)
        check(delivery.blockingSince == 7)
        check(delivery.settle(3, .retry(after: .zero, reason: "", leavesLane: true), at: 21))
        check(!delivery.isHead && delivery.lane == .outside && delivery.blockingSince == nil)
        check(delivery.lease(at: 22, for: 30) == 4)
        check(delivery.blockingSince == nil)
        check(delivery.settle(4, .deadLetter(reason: ""), at: 23))
        check(delivery.redeliver(laneIsTaken: true))
        check(delivery.state == .queued && delivery.lane == .inside)
    }

    @Test("A head that waits goes round again as the head")
    func waitingHead() throws {
        var delivery = DeliveryLifecycle(inLane: false)
        check(delivery.lease(at: 0, for: 30) == 1)
        check(delivery.settle(1, .retry(after: .seconds(9), reason: ""), at: 0))
        check(delivery.redeliver(laneIsTaken: true))
        check(delivery.state == .ready && delivery.isHead && delivery.blockingSince == nil)
    }

    @Test("Without a lane there is none to leave, nor to wait in")
    func noLane() throws {
        var (delivery, fence) = try leased()
        check(delivery.settle(fence, .retry(after: .zero, reason: "", leavesLane: true), at: 1))
        check(delivery.lane == .none && !delivery.isHead)
        check(delivery.redeliver(laneIsTaken: true))
        check(delivery.state == .ready)
    }
}
#endif
