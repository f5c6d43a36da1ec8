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
    var spool: SpoolingDeliveryStore?
    let logger: Logger

    func admit(_ head: HTTPRequestHead) -> Admission {
        switch (head.uri, head.method) {
        case (ControlProtocol.statusPath, .GET), (ControlProtocol.redeliverPath, .POST),
            (ControlProtocol.deletePath, .POST):
            .read(maximumByteCount: ControlProtocol.maximumRequestByteCount)
        case (ControlProtocol.statusPath, _), (ControlProtocol.redeliverPath, _), (ControlProtocol.deletePath, _):
            .refuse(.methodNotAllowed)
        case (ControlProtocol.spoolPath, .GET) where spool != nil,
            (ControlProtocol.drainPath, .POST) where spool != nil:
            .read(maximumByteCount: 0)
        case (ControlProtocol.spoolPath, _) where spool != nil, (ControlProtocol.drainPath, _) where spool != nil:
            .refuse(.methodNotAllowed)
        default:
            .refuse(.unknownTarget)
        }
    }

    func respond(to request: InboundRequest) async -> Answer {
        do {
            switch request.head.uri {
            case ControlProtocol.statusPath: return try await currentStatus()
            case ControlProtocol.deletePath: return try await delete(request.body)
            case ControlProtocol.spoolPath: return try await spoolState()
            case ControlProtocol.drainPath: return try await drain()
            default: return try await redeliver(request.body)
            }
        } catch {
            logger.error(
                "A control request failed", metadata: ["cause": "storeFailed", "target": "\(request.head.uri)"])
            return Answer(.serviceUnavailable, body: Self.json(ControlProtocol.Failure(error: "the store failed")))
        }
    }

    func refuse(_ refusal: Refusal, head: HTTPRequestHead?, bodyByteCount: Int) -> Answer {
        logger.notice("A control request was refused", metadata: ["cause": "\(refusal.rawValue)"])
        let isRead = head?.uri == ControlProtocol.statusPath || head?.uri == ControlProtocol.spoolPath
        let allow = isRead ? "GET" : "POST"
        return Answer(refusal.status, allow: refusal == .methodNotAllowed ? allow : nil)
    }

    private func redeliver(_ body: [UInt8]) async throws -> Answer {
        guard let request = try? JSONDecoder().decode(ControlProtocol.RedeliverRequest.self, from: Data(body)),
            request.ids.count <= ControlProtocol.maximumDeliveryCount
        else { return Self.badRequest("ids", ", and \"states\", if any, is a list of states") }
        let redelivered = try await engine.redeliver(
            request.ids.map(DeliveryID.init(rawValue:)), from: request.states ?? DeliveryState.redeliverable)
        logger.notice(
            "An operator redelivered",
            metadata: ["asked": "\(request.ids.count)", "redelivered": "\(redelivered.count)"])
        return Answer(.ok, body: Self.json(ControlProtocol.RedeliverResponse(redelivered)))
    }

    private func delete(_ body: [UInt8]) async throws -> Answer {
        guard let request = try? JSONDecoder().decode(ControlProtocol.DeleteRequest.self, from: Data(body)),
            request.events.count <= ControlProtocol.maximumDeliveryCount
        else { return Self.badRequest("events") }
        let deleted = try await engine.delete(request.events.map(EventID.init(rawValue:)))
        logger.notice(
            "An operator deleted events",
            metadata: ["asked": "\(request.events.count)", "deleted": "\(deleted.count)"])
        return Answer(.ok, body: Self.json(ControlProtocol.DeleteResponse(deleted)))
    }

    private func spoolState() async throws -> Answer {
        guard let spool else { return Answer(.notFound) }
        return Answer(.ok, body: Self.json(ControlProtocol.SpoolState(await spool.report())))
    }

    private func drain() async throws -> Answer {
        guard let spool else { return Answer(.notFound) }
        let move = try await spool.moveNow()
        logger.notice(
            "An operator had the spool's events moved",
            metadata: ["moved": "\(move.movedCount)", "left": "\(move.waitingCount)"])
        return Answer(.ok, body: Self.json(ControlProtocol.DrainResponse(move)))
    }

    private static func badRequest(_ member: String, _ rest: String = "") -> Answer {
        let error =
            "the body is not {\"\(member)\": [...]} with at most \(ControlProtocol.maximumDeliveryCount) numbers\(rest)"
        return Answer(.badRequest, body: json(ControlProtocol.Failure(error: error)))
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

    static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
#endif
