public import FoundationEssentials

extension VerifiedWebhook {
    /// The payload's `timestamp`, as ``WebhookEvent/timestamp`` would have it; `nil` when there is none, or the payload is no
    /// JSON object. Looked for when asked for, without decoding the event.
    public var timestamp: EventTimestamp? {
        guard let document = try? JSONDocument(payload: payload), document.root.kind == .object else { return nil }
        var reader = PayloadReader(document)
        return ObjectReader(0, path: "$", in: reader).string(.timestamp, &reader).map(EventTimestamp.init)
    }

    /// Checks that the event is recent, by the time that LeadShark signed with it. Nothing does so unless you call this.
    ///
    /// It bounds for how long a webhook that somebody recorded can be played back. To remember identities
    /// (``EventIdentity``) does more, without refusing what comes late. And LeadShark may send late, or either clock may be
    /// wrong: do not answer such a webhook with an error, which could lose the lead, but put it aside.
    ///
    /// - Parameters:
    ///   - tolerance: How far the time may lie from `now`, into the past and the future. Below zero nothing passes.
    ///   - now: Our time when the webhook arrived; what it waited for since then is not its age.
    /// - Throws: ``TimestampError``. A webhook without a time that can be read has its own codes: it is authentic all the same,
    ///   and whether it passes is yours to decide.
    public func checkTimestamp(tolerance: Duration, at now: Date) throws(TimestampError) {
        guard let timestamp else {
            throw TimestampError(.missing, "the event has no time, so nothing shows that it is recent")
        }
        guard let theirs = timestamp.date else {
            throw TimestampError(
                .unreadable, "the event's time cannot be read, so nothing shows that it is recent")
        }
        let distance = abs(now.timeIntervalSince(theirs))
        let (seconds, attoseconds) = tolerance.components
        let limit = Double(seconds) + Double(attoseconds) / 1e18
        // Written so that a `now` that is no number passes neither.
        guard distance <= limit else {
            throw TimestampError.apart(theirs, now: now, distance: distance, tolerance: limit)
        }
    }
}
