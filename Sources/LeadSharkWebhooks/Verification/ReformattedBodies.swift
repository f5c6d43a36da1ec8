/// What a verifier makes of a body that something between LeadShark and here has written anew: with other blanks, other
/// escapes, its numbers in another form.
///
/// LeadShark signs the text that JavaScript makes of its payload, and sends that same text. The signature no longer fits a
/// re-formatted body, but the text can be made again from it, which is what ``canonicalized`` does.
public struct ReformattedBodies: Sendable, Hashable {
    /// How many bytes a body may have for its canonical text to be tried; `nil` when it is not to be tried at all.
    let maximumByteCount: Int?

    /// A body that is not byte for byte what was signed is refused. The default, and right unless a proxy that you cannot
    /// change re-formats bodies.
    public static let refused = ReformattedBodies(maximumByteCount: nil)

    /// As ``canonicalized(upTo:)``, for bodies of at most 1 MiB.
    public static let canonicalized = ReformattedBodies.canonicalized(upTo: 1 << 20)

    /// When the signature does not fit the body, the verifier also tries the body's *canonical text*, what
    /// `JSON.stringify(JSON.parse(body))` gives in JavaScript (``JSONValue/stringify(parsing:limits:)``). If it fits that, the
    /// canonical text is the verified payload (``VerifiedWebhook/payload``), and not the body.
    ///
    /// The one risk: many bodies have the same canonical text, so whoever can change a body on its way can choose among
    /// them, and they do not mean the same to every parser. Of `{"id":1,"id":2}` the signature proves `{"id":2}`, but a
    /// parser that takes the first member would read 1, which nobody signed. So read the payload, and never the body:
    /// ``VerifiedWebhook/event()`` and everything else that takes a ``VerifiedWebhook`` does. The payload is, to the byte, a
    /// text that was signed, and the risk is gone.
    ///
    /// A body that does not fit costs more to refuse: it is parsed, and hashed a second time. Both are linear in its length,
    /// take up to some thirty times its length in memory, and `maximumByteCount` bounds them: a longer body is tried as it
    /// is, and that is all. A body that is no JSON, or nested too deep, is refused as any other that does not fit.
    public static func canonicalized(upTo maximumByteCount: Int) -> ReformattedBodies {
        ReformattedBodies(maximumByteCount: maximumByteCount)
    }

    /// The canonical text of a body to try; `nil` when there is none, or it is the body itself.
    func canonicalText(of body: Span<UInt8>) -> [UInt8]? {
        guard let maximumByteCount else { return nil }
        return try? JSONStringifier.rewrite(body, limits: JSONLimits(maximumByteCount: maximumByteCount))
    }
}
