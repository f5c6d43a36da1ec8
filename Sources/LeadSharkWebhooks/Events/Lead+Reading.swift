extension Lead {
    /// Reads `data.lead` and the copies that older payloads have in its place. Where there is neither, there is no lead.
    init?(_ data: ObjectReader, _ payload: inout PayloadReader) {
        let leadNode = data.object(.lead, &payload)
        let visitorNode = data.object(.visitor, &payload)
        let commenterID = data.id(.commenterID, &payload)
        let reactorID = data.id(.reactorID, &payload)
        guard leadNode != nil || visitorNode != nil || commenterID != nil || reactorID != nil else { return nil }
        let visitor = visitorNode.map { Visitor(at: $0, &payload) }
        guard let leadNode else {
            self.init(
                LeadFields(
                    name: visitor?.name, title: visitor?.title, linkedInURL: visitor?.linkedInURL,
                    commenterID: commenterID, reactorID: reactorID, visitorID: visitor?.id))
            return
        }
        let lead = ObjectReader(leadNode, path: "$.data.lead", in: payload)
        // What stands here goes before the older copies.
        self.init(
            LeadFields(
                name: lead.string(.name, &payload) ?? visitor?.name,
                firstName: lead.string(.firstName, &payload),
                title: lead.string(.title, &payload) ?? visitor?.title,
                linkedInURL: lead.string(.linkedInURL, &payload) ?? visitor?.linkedInURL,
                linkedInUsername: lead.string(.linkedInUsername, &payload),
                connectionStatus: lead.string(.connectionStatus, &payload).map(ConnectionStatus.init),
                commenterID: lead.id(.commenterID, &payload) ?? commenterID,
                reactorID: lead.id(.reactorID, &payload) ?? reactorID,
                actorID: lead.id(.actorID, &payload),
                email: lead.string(.email, &payload),
                isAnonymous: lead.boolean(.isAnonymous, &payload),
                visitorID: visitor?.id))
    }
}

/// What payloads before version 2 say of who visited a profile.
private struct Visitor {
    let id: String?
    let name: String?
    let title: String?
    let linkedInURL: String?

    init(at node: Int, _ payload: inout PayloadReader) {
        let visitor = ObjectReader(node, path: "$.data.visitor", in: payload)
        id = visitor.id(.id, &payload)
        name = visitor.string(.name, &payload)
        title = visitor.string(.title, &payload)
        linkedInURL = visitor.string(.linkedInURL, &payload)
    }
}
