#if Server
import LeadSharkDelivery
import Metrics
import NIOConcurrencyHelpers
import Testing

@testable import LeadSharkReceiver

/// Keeps counts under `label{name=value,…}`.
private final class CountingFactory: MetricsFactory {
    final class Handler: CounterHandler {
        let key: String
        let counts: NIOLockedValueBox<[String: Int64]>

        init(key: String, counts: NIOLockedValueBox<[String: Int64]>) {
            self.key = key
            self.counts = counts
        }

        func increment(by amount: Int64) { counts.withLockedValue { $0[key, default: 0] += amount } }
        func reset() { counts.withLockedValue { $0[key] = 0 } }
    }

    let counts = NIOLockedValueBox<[String: Int64]>([:])

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let pairs = dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
        return Handler(key: "\(label){\(pairs)}", counts: counts)
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        NOOPMetricsHandler.instance
    }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

@Suite("Metrics")
struct WebhookMetricsTests {
    @Test("Requests count by webhook and status, events by webhook and result")
    func counts() {
        let factory = CountingFactory()
        let webhook = WebhookMetrics(webhook: .leadshark, factory: factory)
        let unknown = WebhookMetrics(webhook: nil, factory: factory)
        webhook.count(.ok)
        webhook.count(.ok)
        webhook.count(.unauthorized)
        webhook.countStored()
        webhook.countDuplicate()
        unknown.count(.notFound)
        #expect(
            factory.counts.withLockedValue { $0 } == [
                "leadshark_webhook_requests_total{webhook=leadshark,status=200}": 2,
                "leadshark_webhook_requests_total{webhook=leadshark,status=401}": 1,
                "leadshark_webhook_requests_total{webhook=-,status=404}": 1,
                "leadshark_webhook_events_total{webhook=leadshark,result=stored}": 1,
                "leadshark_webhook_events_total{webhook=leadshark,result=duplicate}": 1,
            ])
    }
}
#endif
