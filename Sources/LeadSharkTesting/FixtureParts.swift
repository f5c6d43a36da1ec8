import LeadSharkWebhooks

/// What one fixture is made of.
struct FixtureParts {
    let type: EventType
    let form: PayloadForm
    let number: Int
    let person: FixturePerson
    let happeningID: String
    let timestamp: String

    var payload: [UInt8] {
        JSONText.object { root in
            root.string("event", type.rawValue)
            root.string("timestamp", timestamp)
            if form == .v2 { root.integer("payload_version", 2) }
            root.object("data") { data in
                switch form {
                case .classic: addClassicFields(to: &data)
                case .v2: addFields(to: &data)
                }
            }
        }
    }

    private var postID: String { "urn:li:activity:72\(Fixture.padded(number, to: 17))" }
    private var postURL: String { "https://www.linkedin.com/feed/update/\(postID)/" }
    private var message: String { "Hello \(person.firstName), thanks for your comment…" }
    private var isVisit: Bool { type == .newProfileVisit }
    private var isReaction: Bool { type == .newLike }
    private var isMessage: Bool { type == .dmSent || type == .leadSent }

    // MARK: Version 2

    private func addFields(to data: inout JSONText) {
        data.object("lead") { lead in
            addLead(to: &lead)
            if isReaction { lead.string("reactor_id", person.id) }
            if !isReaction && !isVisit { lead.string("commenter_id", person.id) }
            lead.string("actor_id", person.id)
            if type == .emailCaptured { lead.string("email", person.email) }
            if isVisit { lead.boolean("is_anonymous", false) }
        }
        if isMessage { data.string("message", message) }
        if isVisit {
            data.null("automation")
            data.object("visit") { $0.string("id", happeningID) }
            data.string("visit_timestamp", timestamp)
            addProfileOwner(to: &data)
            addVisitor(to: &data)
            return
        }
        data.object("post") { post in
            post.string("id", postID)
            post.string("url", postURL)
        }
        addAutomation(to: &data)
        data.object(isReaction ? "reaction" : "comment") { $0.string("id", happeningID) }
        addLegacyCopies(to: &data)
    }

    // MARK: Before version 2

    private func addClassicFields(to data: inout JSONText) {
        if isVisit {
            addVisitor(to: &data)
            addProfileOwner(to: &data)
            return
        }
        data.object("lead") { lead in
            if type == .emailCaptured {
                lead.string("name", person.name)
                lead.string("title", person.title)
                lead.string("email", person.email)
                lead.string("linkedin_username", person.username)
            } else {
                addLead(to: &lead)
                lead.string(isReaction ? "reactor_id" : "commenter_id", person.id)
            }
        }
        if isMessage { data.string("message", message) }
        addAutomation(to: &data)
        if type == .dmSent {
            data.string("post_id", "post_\(number)")
        } else if type != .emailCaptured {
            addLegacyCopies(to: &data)
        }
    }

    // MARK: Parts

    private func addLead(to lead: inout JSONText) {
        lead.string("name", person.name)
        lead.string("first_name", person.firstName)
        lead.string("title", person.title)
        lead.string("linkedin_url", person.url)
        lead.string("linkedin_username", person.username)
        lead.string("connection_status", person.connectionStatus)
    }

    private func addAutomation(to data: inout JSONText) {
        data.object("automation") { automation in
            automation.string("id", "58c132e6-648c-4079-8815-77a3b2ec1adc")
            automation.string("name", "Product Launch Campaign")
        }
    }

    private func addLegacyCopies(to data: inout JSONText) {
        data.string("post_id", postID)
        data.string("post_url", postURL)
        data.string(isReaction ? "reactor_id" : "commenter_id", person.id)
    }

    private func addProfileOwner(to data: inout JSONText) {
        data.object("profile_owner") { owner in
            owner.string("id", "ACoAAFIXTUREOWNER")
            owner.string("name", "Robin Owner")
        }
    }

    private func addVisitor(to data: inout JSONText) {
        data.object("visitor") { visitor in
            visitor.string("id", person.id)
            visitor.string("name", person.name)
            visitor.string("title", person.title)
            visitor.string("linkedin_url", person.url)
        }
    }
}
