/// The post that an event is about.
public struct Post: Sendable, Hashable, Codable {
    /// LinkedIn's id, e.g. `urn:li:activity:…`; in old payloads the legacy `post_id`.
    public var id: String?
    /// The post's address.
    public var url: String?

    /// Makes a post.
    public init(id: String? = nil, url: String? = nil) {
        self.id = id
        self.url = url
    }
}

/// The automation that produced an event.
public struct Automation: Sendable, Hashable, Codable {
    /// LeadShark's id.
    public var id: String?
    /// The name that its owner gave it.
    public var name: String?

    /// Makes an automation.
    public init(id: String? = nil, name: String? = nil) {
        self.id = id
        self.name = name
    }
}

/// The account whose profile was visited.
public struct ProfileOwner: Sendable, Hashable, Codable {
    /// LinkedIn's id.
    public var id: String?
    /// The owner's name.
    public var name: String?

    /// Makes a profile owner.
    public init(id: String? = nil, name: String? = nil) {
        self.id = id
        self.name = name
    }
}
