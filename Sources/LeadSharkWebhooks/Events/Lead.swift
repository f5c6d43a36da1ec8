/// A person that LeadShark found. Every field is optional: a lead that lacks a field is still a lead.
public struct Lead: Sendable, Hashable, Codable {
    /// The full name.
    public var name: String?
    /// The first name; `nil` for anonymous visitors.
    public var firstName: String?
    /// The LinkedIn headline. Often without a company: never derive one from it.
    public var title: String?
    /// The profile's address, sometimes in URN form. ``linkedInUsername`` is the safer handle.
    public var linkedInURL: String?
    /// The profile's handle.
    public var linkedInUsername: String?
    /// How the lead is connected to the account.
    public var connectionStatus: ConnectionStatus?
    /// Who commented.
    public var commenterID: String?
    /// Who reacted.
    public var reactorID: String?
    /// Stable for the person, across events.
    public var actorID: String?
    /// The e-mail address, where LeadShark has one.
    public var email: String?
    /// Whether LinkedIn hides who it is.
    public var isAnonymous: Bool?
    /// LinkedIn's id of a profile visitor, in payloads before version 2.
    public var visitorID: String?

    /// Makes a lead without any field, to be filled in by tests.
    public init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case firstName = "first_name"
        case title
        case linkedInURL = "linkedin_url"
        case linkedInUsername = "linkedin_username"
        case connectionStatus = "connection_status"
        case commenterID = "commenter_id"
        case reactorID = "reactor_id"
        case actorID = "actor_id"
        case email
        case isAnonymous = "is_anonymous"
        case visitorID = "visitor_id"
    }
}

extension Lead {
    /// Reads `data.lead` and the copies that older payloads have in its place. Where there is neither, there is no lead.
    init?(_ data: ObjectReader, _ anomalies: inout AnomalyLog) {
        let lead = data.object("lead", at: "$.data.lead", &anomalies)
        let visitor = data.object("visitor", at: "$.data.visitor", &anomalies)
        commenterID = data.id("commenter_id", &anomalies)
        reactorID = data.id("reactor_id", &anomalies)
        guard lead != nil || visitor != nil || commenterID != nil || reactorID != nil else { return nil }
        if let visitor { read(visitor: visitor, &anomalies) }
        if let lead { read(lead, &anomalies) }
    }

    private mutating func read(visitor: ObjectReader, _ anomalies: inout AnomalyLog) {
        visitorID = visitor.id("id", &anomalies)
        name = visitor.string("name", &anomalies)
        title = visitor.string("title", &anomalies)
        linkedInURL = visitor.string("linkedin_url", &anomalies)
    }

    /// What stands here goes before the older copies.
    private mutating func read(_ lead: ObjectReader, _ anomalies: inout AnomalyLog) {
        name = lead.string("name", &anomalies) ?? name
        firstName = lead.string("first_name", &anomalies)
        title = lead.string("title", &anomalies) ?? title
        linkedInURL = lead.string("linkedin_url", &anomalies) ?? linkedInURL
        linkedInUsername = lead.string("linkedin_username", &anomalies)
        connectionStatus = lead.string("connection_status", &anomalies).map(ConnectionStatus.init)
        commenterID = lead.id("commenter_id", &anomalies) ?? commenterID
        reactorID = lead.id("reactor_id", &anomalies) ?? reactorID
        actorID = lead.id("actor_id", &anomalies)
        email = lead.string("email", &anomalies)
        isAnonymous = lead.boolean("is_anonymous", &anomalies)
    }
}
