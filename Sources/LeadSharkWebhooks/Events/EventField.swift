/// The members that LeadShark documents, wherever in a payload they stand.
enum EventField: Int, CaseIterable {
    case actorID, automation, comment, commenterID, connectionStatus, data, email, event, firstName, id, isAnonymous,
        lead,
        linkedInURL, linkedInUsername, message, name, payloadVersion, post, postID, postURL, profileOwner, reaction,
        reactorID, timestamp, title, url, visit, visitTimestamp, visitor

    /// As it stands in the payload.
    var name: StaticString {
        switch self {
        case .actorID: "actor_id"
        case .automation: "automation"
        case .comment: "comment"
        case .commenterID: "commenter_id"
        case .connectionStatus: "connection_status"
        case .data: "data"
        case .email: "email"
        case .event: "event"
        case .firstName: "first_name"
        case .id: "id"
        case .isAnonymous: "is_anonymous"
        case .lead: "lead"
        case .linkedInURL: "linkedin_url"
        case .linkedInUsername: "linkedin_username"
        case .message: "message"
        case .name: "name"
        case .payloadVersion: "payload_version"
        case .post: "post"
        case .postID: "post_id"
        case .postURL: "post_url"
        case .profileOwner: "profile_owner"
        case .reaction: "reaction"
        case .reactorID: "reactor_id"
        case .timestamp: "timestamp"
        case .title: "title"
        case .url: "url"
        case .visit: "visit"
        case .visitTimestamp: "visit_timestamp"
        case .visitor: "visitor"
        }
    }

    /// The field of this name, by its length and then by comparing words.
    init?(_ name: Span<UInt8>) {
        let field: EventField? =
            switch name.count {
            case 2: Self.id.ifNamed(name)
            case 3: Self.url.ifNamed(name)
            case 4:
                Self.name.ifNamed(name) ?? Self.data.ifNamed(name) ?? Self.lead.ifNamed(name)
                    ?? Self.post.ifNamed(name)
            case 5:
                Self.title.ifNamed(name) ?? Self.event.ifNamed(name) ?? Self.email.ifNamed(name)
                    ?? Self.visit.ifNamed(name)
            case 7:
                Self.message.ifNamed(name) ?? Self.postID.ifNamed(name) ?? Self.comment.ifNamed(name)
                    ?? Self.visitor.ifNamed(name)
            case 8:
                Self.actorID.ifNamed(name) ?? Self.postURL.ifNamed(name) ?? Self.reaction.ifNamed(name)
            case 9: Self.timestamp.ifNamed(name)
            case 10:
                Self.automation.ifNamed(name) ?? Self.firstName.ifNamed(name) ?? Self.reactorID.ifNamed(name)
            case 12:
                Self.linkedInURL.ifNamed(name) ?? Self.commenterID.ifNamed(name) ?? Self.isAnonymous.ifNamed(name)
            case 13: Self.profileOwner.ifNamed(name)
            case 15: Self.payloadVersion.ifNamed(name) ?? Self.visitTimestamp.ifNamed(name)
            case 17: Self.linkedInUsername.ifNamed(name) ?? Self.connectionStatus.ifNamed(name)
            default: nil
            }
        guard let field else { return nil }
        self = field
    }

    @inline(__always)
    private func ifNamed(_ name: Span<UInt8>) -> EventField? {
        self.name.isEqual(toAsLong: name) ? self : nil
    }
}

extension StaticString {
    /// Whether a text of the same length is this one.
    ///
    /// Compared by words, the last of which may overlap the one before. For a literal all of its side is known to the
    /// compiler, and two or three comparisons with constants are left.
    @inline(__always)
    fileprivate func isEqual(toAsLong text: Span<UInt8>) -> Bool {
        let count = utf8CodeUnitCount
        return if count > 16 {
            unsafe isEqual(text, at: 0, UInt64.self) && isEqual(text, at: 8, UInt64.self)
                && isEqual(text, at: count - 8, UInt64.self)
        } else if count >= 8 {
            unsafe isEqual(text, at: 0, UInt64.self) && isEqual(text, at: count - 8, UInt64.self)
        } else if count >= 4 {
            unsafe isEqual(text, at: 0, UInt32.self) && isEqual(text, at: count - 4, UInt32.self)
        } else {
            unsafe isEqual(text, at: 0, UInt16.self) && isEqual(text, at: count - 2, UInt16.self)
        }
    }

    /// Compares one word. Unsafe: both must have that many bytes from `offset` on.
    @unsafe @inline(__always)
    private func isEqual<Word: FixedWidthInteger & BitwiseCopyable>(
        _ text: Span<UInt8>, at offset: Int, _: Word.Type
    ) -> Bool {
        unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Word.self)
            == UnsafeRawPointer(utf8Start).loadUnaligned(fromByteOffset: offset, as: Word.self)
    }
}
