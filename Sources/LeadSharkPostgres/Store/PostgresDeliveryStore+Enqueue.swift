#if Postgres
public import LeadSharkDelivery
import LeadSharkWebhooks

extension PostgresDeliveryStore {
    /// Stores events, each with a delivery for each recipient, in one round trip and one transaction that is on the server's
    /// disk on return.
    public func enqueue(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        guard !events.isEmpty else { return [] }
        let batch = Self.makeKey()
        let results = try await ingest.run(within: configuration.commitTimeout) { [statements] session, isRetry in
            let parameters = Parameters {
                $0.add(batch)
                $0.add(isRetry)
                $0.add(events.map { $0.webhook.text as String? })
                $0.add(events.map { $0.envelope.identity.bytes as [UInt8]? })
                $0.add(events.map { $0.envelope.type.map { Array($0.rawValue.utf8) } })
                $0.add(events.map { $0.envelope.lane.bytes as [UInt8]? })
                $0.add(events.map { $0.verified.secret.rawValue as String? })
                $0.add(events.map { $0.contradictingHeader.map { Array($0.utf8) } })
                $0.add(events.map(\.envelope.isTest))
                $0.add(events.map { $0.verified.payload as [UInt8]? })
                $0.add(events.map { $0.deadLetterReason.map(DeliveryReason.bounded) })
                $0.add(recipients.map { $0.handler.text as String? })
                $0.add(recipients.map { $0.ordering == .perPerson })
                $0.add(VariantLimits.count)
                $0.add(VariantLimits.byteCount)
            }
            return try session.execute(statements.enqueue, parameters).map { result, row -> EnqueueResult in
                if let event = try result.optionalInteger(row, 0) { return .stored(EventID(rawValue: event)) }
                return .duplicate(payloadDiffers: try result.boolean(row, 1))
            }
        }
        guard results.count == events.count else { throw QueryResult.damage }
        let isAnyStored = results.contains { result in
            if case .stored = result { true } else { false }
        }
        if isAnyStored { publish() }
        return results
    }
}
#endif
