#if Server
import LeadSharkDelivery
import Metrics
import MetricsTestKit
import Testing

@testable import LeadSharkReceiver

@Suite("Metrics")
struct WebhookMetricsTests {
    @Test("Requests count by webhook and status, events by webhook and result")
    func counts() {
        let factory = TestMetrics()
        let webhook = WebhookMetrics(webhook: .leadshark, factory: factory)
        let unknown = WebhookMetrics(webhook: nil, factory: factory)
        webhook.count(.ok)
        webhook.count(.ok)
        webhook.count(.unauthorized)
        webhook.countStored()
        webhook.countDuplicate()
        unknown.count(.notFound)
        let counts = factory.counters.filter { $0.totalValue != 0 }.map { counter in
            let pairs = counter.dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
            return ("\(counter.label){\(pairs)}", counter.totalValue)
        }
        #expect(
            Dictionary(uniqueKeysWithValues: counts) == [
                "leadshark_webhook_requests_total{webhook=leadshark,status=200}": 2,
                "leadshark_webhook_requests_total{webhook=leadshark,status=401}": 1,
                "leadshark_webhook_requests_total{webhook=-,status=404}": 1,
                "leadshark_webhook_events_total{webhook=leadshark,result=stored}": 1,
                "leadshark_webhook_events_total{webhook=leadshark,result=duplicate}": 1,
            ])
    }
}
#endif
