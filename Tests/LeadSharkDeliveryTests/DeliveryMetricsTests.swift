#if Server
import LeadSharkTesting
import LeadSharkWebhooks
import Metrics
import MetricsTestKit
import Testing

@testable import LeadSharkDelivery

@Suite struct DeliveryMetricsTests {
    @Test("What becomes of events and of their deliveries is counted, each under its name")
    func counts() async throws {
        let metrics = TestMetrics()
        let handler = ScriptedHandler("crm") { _ in .done }
        try await withMetricsFactory(metrics) {
            try await EngineUnderTest.with([handler]) { test in
                let contradicting = NewEvent(
                    webhook: .leadshark, verified: Fixture.webhook(for: .newComment, number: 2), eventHeader: "dm.sent")
                for event: NewEvent in [
                    .fixture(1), .fixture(1), .fixture(1, name: "Another"), contradicting, .payload("no event"),
                ] { _ = try await test.engine.queue.enqueue(event) }
                await until {
                    metrics.counterTotal(label: "leadshark_deliveries_completed_total") == 2
                        && metrics.counterTotal(label: "leadshark_deliveries_dead_lettered_total") == 1
                }
            }
        }
        for (name, count) in [
            ("events_stored", 3), ("events_duplicate", 2), ("events_duplicate_differing", 1),
            ("event_header_contradictions", 1), ("events_unreadable", 1), ("events_refused", 0),
            ("deliveries_completed", 2), ("deliveries_dead_lettered", 1), ("deliveries_unreadable", 1),
            ("deliveries_retried", 0), ("store_errors", 0),
        ] { #expect(metrics.counterTotal(label: "leadshark_\(name)_total") == Int64(count), "\(name)") }
        #expect(
            metrics.counterTotal(label: "leadshark_deliveries_completed_total", dimensions: [("handler", "crm")]) == 2)
    }

    @Test("An event that the store does not take is counted as refused, and the store's failure too")
    func refused() async throws {
        let metrics = TestMetrics()
        let handler = ScriptedHandler("crm") { _ in .done }
        try await withMetricsFactory(metrics) {
            try await EngineUnderTest.with([handler], prepare: { $0.fail(.enqueue, times: .max) }) { test -> Void in
                _ = await #expect(throws: (any Error).self) { try await test.engine.queue.enqueue(.fixture(1)) }
            }
        }
        #expect(
            metrics.counterTotal(label: "leadshark_events_refused_total", dimensions: [("reason", "storeFailed")]) == 1)
        #expect(
            metrics.counterTotal(label: "leadshark_store_errors_total", dimensions: [("part", "enqueue")]) > 0)
        #expect(metrics.counterTotal(label: "leadshark_events_stored_total") == 0)
    }
}
#endif
