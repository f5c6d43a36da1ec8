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

extension Post {
    /// Reads `data.post`, and the copies that older payloads have in its place.
    init?(_ data: ObjectReader, _ payload: inout PayloadReader) {
        let node = data.object(.post, &payload)
        let oldID = data.id(.postID, &payload)
        let oldURL = data.string(.postURL, &payload)
        guard let node else {
            guard oldID != nil || oldURL != nil else { return nil }
            self.init(id: oldID, url: oldURL)
            return
        }
        let post = ObjectReader(node, path: "$.data.post", in: payload)
        self.init(id: post.id(.id, &payload) ?? oldID, url: post.string(.url, &payload) ?? oldURL)
    }
}

extension Automation {
    init?(_ data: ObjectReader, _ payload: inout PayloadReader) {
        guard let node = data.object(.automation, &payload) else { return nil }
        let automation = ObjectReader(node, path: "$.data.automation", in: payload)
        self.init(id: automation.id(.id, &payload), name: automation.string(.name, &payload))
    }
}

extension ProfileOwner {
    init?(_ data: ObjectReader, _ payload: inout PayloadReader) {
        guard let node = data.object(.profileOwner, &payload) else { return nil }
        let owner = ObjectReader(node, path: "$.data.profile_owner", in: payload)
        self.init(id: owner.id(.id, &payload), name: owner.string(.name, &payload))
    }
}
