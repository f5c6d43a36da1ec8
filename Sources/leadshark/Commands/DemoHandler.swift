#if Server
import LeadSharkDelivery
import LeadSharkWebhooks

/// Hands leads over to be printed.
struct DemoHandler: DeliveryHandler {
    let name: HandlerName = "demo"
    let arrivals: AsyncStream<DemoLead>.Continuation

    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        arrivals.yield(DemoLead(delivery.event))
        return .done
    }
}

/// A lead in a line.
struct DemoLead: Sendable {
    let type: EventType
    let line: String

    init(_ event: WebhookEvent) {
        type = event.type
        let name = event.lead?.name ?? "somebody"
        let title = event.lead?.title.map { ", \($0)" } ?? ""
        let column = event.type.rawValue.padded(to: 18)
        line = VisibleText.line("  \(column)\(name)\(title)\(Self.detail(event))")
    }

    /// What is particular to the event.
    private static func detail(_ event: WebhookEvent) -> String {
        switch event.content {
        case .dmSent(let message): message.message.map { " – was written to: “\(short($0))”" } ?? ""
        case .leadSent: event.automation?.name.map { " – through the automation “\(short($0))”" } ?? ""
        case .emailCaptured(let captured): captured.email.map { " – left the address \($0)" } ?? ""
        case .newProfileVisit: " – looked at the profile"
        case .newLike: " – likes a post"
        case .newComment: " – commented on a post"
        default: ""
        }
    }

    private static func short(_ text: String) -> String {
        text.count > 40 ? text.prefix(39) + "…" : text
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
#endif
