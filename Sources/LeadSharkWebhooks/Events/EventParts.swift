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
    init?(_ data: ObjectReader, _ anomalies: inout AnomalyLog) {
        let post = data.object("post", at: "$.data.post", &anomalies)
        let oldID = data.id("post_id", &anomalies)
        let oldURL = data.string("post_url", &anomalies)
        guard post != nil || oldID != nil || oldURL != nil else { return nil }
        self.init(id: post?.id("id", &anomalies) ?? oldID, url: post?.string("url", &anomalies) ?? oldURL)
    }
}

extension Automation {
    init?(_ data: ObjectReader, _ anomalies: inout AnomalyLog) {
        guard let automation = data.object("automation", at: "$.data.automation", &anomalies) else { return nil }
        self.init(id: automation.id("id", &anomalies), name: automation.string("name", &anomalies))
    }
}

extension ProfileOwner {
    init?(_ data: ObjectReader, _ anomalies: inout AnomalyLog) {
        guard let owner = data.object("profile_owner", at: "$.data.profile_owner", &anomalies) else { return nil }
        self.init(id: owner.id("id", &anomalies), name: owner.string("name", &anomalies))
    }
}
