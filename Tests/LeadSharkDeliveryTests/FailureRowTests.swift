#if Server
import LeadSharkWebhooks
import ServiceLifecycle
import Testing

@testable import LeadSharkDelivery

@Suite("Failures that follow each other", .timeLimit(.minutes(10)))
struct FailureRowTests {
    @Test("The first is told at once, the others together every ten seconds, and the end with what is left")
    func row() {
        var row = FailureRow()
        #expect(row.fail(3, at: .seconds(100)) == 3)
        #expect(row.fail(2, at: .seconds(100)) == nil)
        #expect(row.fail(2, at: .milliseconds(109_999)) == nil)
        #expect(row.fail(1, at: .seconds(110)) == 5)
        #expect(row.fail(4, at: .seconds(111)) == nil)
        #expect(row.succeed() == 4)
        #expect(row.succeed() == nil)
        #expect(row.fail(1, at: .seconds(112)) == 1)
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
#endif
