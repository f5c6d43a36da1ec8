#if Server
import LeadSharkDelivery
import Metrics

/// The counters of one webhook, made once.
///
/// - `leadshark_webhook_requests_total{webhook, status}`: requests by the status they were answered with. Those that belong to
///   no webhook count under `webhook="-"`.
/// - `leadshark_webhook_events_total{webhook, result}`: authentic events, `result` is `stored` or `duplicate`.
struct WebhookMetrics: Sendable {
    private let requests: [Answer.Status: Counter]
    private let stored: Counter
    private let duplicates: Counter

    init(webhook: WebhookName?, factory: any MetricsFactory = MetricsSystem.factory) {
        let label = ("webhook", webhook?.text ?? "-")
        requests = Dictionary(
            uniqueKeysWithValues: Answer.Status.allCases.map { status in
                let dimensions = [label, ("status", String(status.rawValue))]
                return (
                    status,
                    Counter(label: "leadshark_webhook_requests_total", dimensions: dimensions, factory: factory)
                )
            })
        func events(_ result: String) -> Counter {
            Counter(
                label: "leadshark_webhook_events_total", dimensions: [label, ("result", result)], factory: factory)
        }
        stored = events("stored")
        duplicates = events("duplicate")
    }

    func count(_ status: Answer.Status) { requests[status]?.increment() }
    func countStored() { stored.increment() }
    func countDuplicate() { duplicates.increment() }
}
#endif
