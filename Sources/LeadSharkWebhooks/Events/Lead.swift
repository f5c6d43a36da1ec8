/// A person that LeadShark found. Every field is optional: a lead that lacks a field is still a lead.
///
/// A value like any other. Its dozen fields are held by reference until one of them is changed, since a lead is handed about
/// a lot: in an event, in the event's content, to a handler.
public struct Lead: Sendable {
    private var storage: LeadStorage

    /// Makes a lead without any field, to be filled in by tests.
    public init() { self.init(LeadFields()) }

    init(_ fields: LeadFields) { storage = LeadStorage(fields) }

    private var fields: LeadFields {
        get { storage.fields }
        set {
            if isKnownUniquelyReferenced(&storage) {
                storage.fields = newValue
            } else {
                storage = LeadStorage(newValue)
            }
        }
    }

    /// The full name.
    public var name: String? {
        get { storage.fields.name }
        set { fields.name = newValue }
    }

    /// The first name; `nil` for anonymous visitors.
    public var firstName: String? {
        get { storage.fields.firstName }
        set { fields.firstName = newValue }
    }

    /// The LinkedIn headline. Often without a company: never derive one from it.
    public var title: String? {
        get { storage.fields.title }
        set { fields.title = newValue }
    }

    /// The profile's address, sometimes in URN form. ``linkedInUsername`` is the safer handle.
    public var linkedInURL: String? {
        get { storage.fields.linkedInURL }
        set { fields.linkedInURL = newValue }
    }

    /// The profile's handle.
    public var linkedInUsername: String? {
        get { storage.fields.linkedInUsername }
        set { fields.linkedInUsername = newValue }
    }

    /// How the lead is connected to the account.
    public var connectionStatus: ConnectionStatus? {
        get { storage.fields.connectionStatus }
        set { fields.connectionStatus = newValue }
    }

    /// Who commented.
    public var commenterID: String? {
        get { storage.fields.commenterID }
        set { fields.commenterID = newValue }
    }

    /// Who reacted.
    public var reactorID: String? {
        get { storage.fields.reactorID }
        set { fields.reactorID = newValue }
    }

    /// Stable for the person, across events.
    public var actorID: String? {
        get { storage.fields.actorID }
        set { fields.actorID = newValue }
    }

    /// The e-mail address, where LeadShark has one.
    public var email: String? {
        get { storage.fields.email }
        set { fields.email = newValue }
    }

    /// Whether LinkedIn hides who it is.
    public var isAnonymous: Bool? {
        get { storage.fields.isAnonymous }
        set { fields.isAnonymous = newValue }
    }

    /// LinkedIn's id of a profile visitor, in payloads before version 2.
    public var visitorID: String? {
        get { storage.fields.visitorID }
        set { fields.visitorID = newValue }
    }
}

extension Lead: Hashable, Codable, CustomReflectable {
    /// Whether all fields are equal.
    public static func == (left: Self, right: Self) -> Bool {
        left.storage === right.storage || left.storage.fields == right.storage.fields
    }

    /// Hashes all fields.
    public func hash(into hasher: inout Hasher) { hasher.combine(storage.fields) }

    /// Reads the fields, by the names that LeadShark gives them.
    public init(from decoder: any Decoder) throws { self.init(try LeadFields(from: decoder)) }

    /// Writes the fields, by the names that LeadShark gives them.
    public func encode(to encoder: any Encoder) throws { try storage.fields.encode(to: encoder) }

    /// A mirror that shows the fields.
    public var customMirror: Mirror { Mirror(reflecting: storage.fields) }
}

/// The fields of a ``Lead``.
struct LeadFields: Sendable, Hashable, Codable {
    var name: String?
    var firstName: String?
    var title: String?
    var linkedInURL: String?
    var linkedInUsername: String?
    var connectionStatus: ConnectionStatus?
    var commenterID: String?
    var reactorID: String?
    var actorID: String?
    var email: String?
    var isAnonymous: Bool?
    var visitorID: String?

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

/// `@unchecked Sendable`: only a lead that is the sole owner writes to it.
private final class LeadStorage: @unchecked Sendable {
    var fields: LeadFields

    init(_ fields: LeadFields) { self.fields = fields }
}
