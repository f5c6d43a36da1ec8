#if Server
import FoundationEssentials
import LeadSharkDelivery
import Logging
import NIOHTTP1

/// Does what ``ControlProtocol`` says.
struct ControlResponder: RequestResponder {
    let engine: DeliveryEngine
    let webhooks: [WebhookName]
    let status: ReceiverStatus
    let logger: Logger

    func admit(_ head: HTTPRequestHead) -> Admission {
        switch (head.uri, head.method) {
        case (ControlProtocol.statusPath, .GET), (ControlProtocol.redeliverPath, .POST):
            .read(maximumByteCount: ControlProtocol.maximumRequestByteCount)
        case (ControlProtocol.statusPath, _), (ControlProtocol.redeliverPath, _):
            .refuse(.methodNotAllowed)
        default:
            .refuse(.unknownTarget)
        }
    }

    func respond(to request: InboundRequest) async -> Answer {
        do {
            return request.head.uri == ControlProtocol.statusPath
                ? try await currentStatus() : try await redeliver(request.body)
        } catch {
            logger.error(
                "A control request failed", metadata: ["cause": "storeFailed", "target": "\(request.head.uri)"])
            return Answer(.serviceUnavailable, body: Self.json(ControlProtocol.Failure(error: "the store failed")))
        }
    }

    func refuse(_ refusal: Refusal, head: HTTPRequestHead?, bodyByteCount: Int) -> Answer {
        logger.notice("A control request was refused", metadata: ["cause": "\(refusal.rawValue)"])
        let allow = head?.uri == ControlProtocol.statusPath ? "GET" : "POST"
        return Answer(refusal.status, allow: refusal == .methodNotAllowed ? allow : nil)
    }

    private func redeliver(_ body: [UInt8]) async throws -> Answer {
        guard let request = try? JSONDecoder().decode(ControlProtocol.RedeliverRequest.self, from: Data(body)),
            request.ids.count <= ControlProtocol.maximumDeliveryCount
        else {
            return Answer(
                .badRequest,
                body: Self.json(
                    ControlProtocol.Failure(
                        error:
                            "the body is not {\"ids\": [...]} with at most \(ControlProtocol.maximumDeliveryCount) numbers"
                    )))
        }
        let redelivered = try await engine.redeliver(request.ids.map(DeliveryID.init(rawValue:)))
        logger.notice(
            "An operator redelivered",
            metadata: ["asked": "\(request.ids.count)", "redelivered": "\(redelivered.count)"])
        return Answer(.ok, body: Self.json(ControlProtocol.RedeliverResponse(redelivered)))
    }

    private func currentStatus() async throws -> Answer {
        let counts = try await engine.store.counts()
        var deliveries: [String: [String: Int]] = [:]
        for (handler, states) in counts {
            for (state, count) in states { deliveries[handler.text, default: [:]][state.rawValue] = count }
        }
        return Answer(
            .ok,
            body: Self.json(
                ControlProtocol.Status(
                    webhooks: webhooks.map(\.text), deliveries: deliveries, isStopping: status.isStopping)))
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
#endif
