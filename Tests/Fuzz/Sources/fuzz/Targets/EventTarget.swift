import LeadSharkWebhooks

/// Payloads, decoded as events. What is read must be what the tree of the payload says.
enum EventTarget {
    static func check(_ input: [UInt8]) {
        let hasMark = input.starts(with: [0xef, 0xbb, 0xbf])
        let tree = outcome { () throws(JSONError) in try JSONValue(parsing: hasMark ? Array(input.dropFirst(3)) : input)
        }
        let event: WebhookEvent
        switch outcome({ () throws(EventDecodingError) in try WebhookEvent(payload: input) }) {
        case .failure(let error):
            require((error.code == .notJSON) == (tree.error != nil), "what is no JSON is refused as that")
            require(error.description.utf8.count < 1024, "an error is short, whatever the payload")
            require(!isEvent(tree.value), "an event is not refused")
            return
        case .success(let decoded): event = decoded
        }
        require(isEvent(tree.value), "what is decoded is an event")
        guard let tree = tree.value, let data = tree["data"] else { return }

        require(event.payload == input, "the payload is kept")
        require(event.raw == tree, "nothing is lost")
        require(event.type.rawValue == tree["event"]?.text, "the type is that of the last member")
        require(event.timestamp?.text == tree["timestamp"]?.text, "the timestamp is that of the last member")
        require(event.payloadVersion.map(String.init) == integer(tree["payload_version"]), "the version is the integer")
        require(event.automation?.name == data["automation"]?["name"]?.text, "the automation's name is read")
        require(event.automation?.id == id(data["automation"]?["id"]), "the automation's id is read")
        let lead = data["lead"]
        require(event.lead?.email == lead?["email"]?.text, "the lead's address is read")
        require(event.lead?.linkedInUsername == lead?["linkedin_username"]?.text, "the lead's username is read")
        require(event.lead?.actorID == id(lead?["actor_id"]), "the actor's id is read")
        require(
            event.post?.id == id(data["post"]?["id"]) ?? id(data["post_id"]), "the post's id is read at either place")
        check(event, data)
        // Some for each field of the contract, however often a payload repeats it.
        require(event.anomalies.count < 200, "the number of anomalies is bounded")
        for anomaly in event.anomalies {
            require(anomaly.description.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "an anomaly has no value")
            require(anomaly.description.utf8.count < 200, "an anomaly is short")
        }
    }

    private static func check(_ event: WebhookEvent, _ data: JSONValue) {
        switch event.content {
        case .dmSent(let content):
            require(content.lead == event.lead && content.message == data["message"]?.text, "the message is read")
            require(content.reactionID == id(data["reaction"]?["id"]), "the reaction's id is read")
        case .leadSent(let content):
            require(content.reactionID == id(data["reaction"]?["id"]), "the reaction's id is read")
        case .emailCaptured(let content):
            require(content.email == event.lead?.email, "both have the same address")
            require(content.reactionID == id(data["reaction"]?["id"]), "the reaction's id is read")
        case .newProfileVisit(let content):
            require(content.visitID == id(data["visit"]?["id"]), "the visit's id is read")
        case .newLike(let content):
            require(content.reactionID == id(data["reaction"]?["id"]), "the reaction's id is read")
        case .newComment(let content):
            require(content.commentID == id(data["comment"]?["id"]), "the comment's id is read")
        case .other(let content):
            require(content.type == event.type && content.data == data, "what is not known is kept")
        @unknown default:
            require(false, "every type is tried here")
        }
    }

    private static func isEvent(_ tree: JSONValue?) -> Bool {
        guard case .string = tree?["event"], case .object = tree?["data"] else { return false }
        return true
    }

    /// A string, or an integer in plain digits.
    private static func id(_ value: JSONValue?) -> String? {
        switch value {
        case .string: value?.text
        case .number(let number) where !number.text.contains(where: { ".eE+".contains($0) }): number.text
        default: nil
        }
    }

    private static func integer(_ value: JSONValue?) -> String? {
        guard case .number(let number) = value, !number.text.contains(where: { ".eE+".contains($0) }) else {
            return nil
        }
        return Int(number.text).map(String.init)
    }
}
