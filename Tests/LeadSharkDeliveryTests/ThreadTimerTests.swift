#if Server
import Testing

@testable import LeadSharkDelivery

@Suite struct ThreadTimerTests {
    @Test("Who is cancelled before the sleep begins is not put to sleep, and the process goes on")
    func cancelledBefore() async {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await ThreadTimer.sleep(for: .seconds(3600))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("A cancellation ends a sleep, whenever it comes, whatever the length", arguments: 0..<200)
    func cancelledDuring(_ number: Int) async {
        let length: Duration = number % 2 == 0 ? .seconds(3600) : .seconds(Int64.max)
        let task = Task { try await ThreadTimer.sleep(for: length) }
        for _ in 0..<(number % 10) { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("No time at all is over at once, and so is less than none", arguments: [Duration.zero, .seconds(-1)])
    func noTime(_ duration: Duration) async throws {
        for _ in 0..<20 { try await ThreadTimer.sleep(for: duration) }
    }
}
#endif
