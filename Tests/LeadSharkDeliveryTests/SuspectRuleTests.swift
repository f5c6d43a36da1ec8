#if Server
import LeadSharkDelivery
import Testing

@Suite struct SuspectRuleTests {
    @Test(
        "A suspect is never picked together with others, and what is older than it goes first",
        arguments: [
            ([], [], [], []),
            ([0, 0], [0, 1], [0, 1], [0, 1]),
            ([1], [0], [], []),
            ([2, 1, 0], [0], [], [2]),
            ([0, 1, 0], [0], [0], [0, 2]),
            ([0, 0, 0, 0], [0, 1, 2], [0, 1, 2], [0, 1, 2]),
        ] as [([Int], [Int], [Int], [Int])])
    func picks(_ crashes: [Int], alone: [Int], held: [Int], skipped: [Int]) {
        #expect(SuspectRule.alone.pick(from: crashes, limit: 3) == alone)
        #expect(SuspectRule.held.pick(from: crashes, limit: 3) == held)
        #expect(SuspectRule.skipped.pick(from: crashes, limit: 3) == skipped)
        for rule in SuspectRule.allCases {
            #expect(rule.pick(from: crashes, limit: 0).isEmpty)
            #expect(rule.pick(from: crashes, limit: -1).isEmpty)
        }
    }
}
#endif
