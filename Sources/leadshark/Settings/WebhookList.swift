#if Server
import LeadSharkDelivery

/// The value of `LEADSHARK_WEBHOOKS`: names, with commas between them.
enum WebhookList {
    /// The most webhooks of one receiver.
    static let maximumCount = 256

    static func parse(_ setting: Sourced<String>) throws(CommandError) -> [WebhookName] {
        var names: [WebhookName] = []
        for part in setting.value.split(separator: ",", omittingEmptySubsequences: false) {
            let text = part.drop { $0 == " " }.trimmingSuffix(" ")
            guard !text.isEmpty else { throw setting.refusal("has an empty name; remove the extra comma") }
            guard let name = WebhookName(text) else {
                throw setting.refusal(
                    "\(shown(text)) is no webhook's name; "
                        + "names have 1 to 64 characters out of a-z, 0-9 and -, with commas between them")
            }
            // LEADSHARK_WEBHOOK_SECRET_FILE could else be read as belonging to a webhook named "secret".
            if name.text.split(separator: "-").contains("secret") {
                throw setting.refusal(
                    "a webhook cannot be named \(name): its variables would look like those of a secret")
            }
            if names.contains(where: { SettingName.part(of: $0) == SettingName.part(of: name) }) {
                throw setting.refusal("names \(name) twice")
            }
            guard names.count < maximumCount else {
                throw setting.refusal("names more than \(maximumCount) webhooks")
            }
            names.append(name)
        }
        return names
    }

    /// A text that is nearly a name; of any other nothing is shown, since it may be a secret in the wrong place.
    private static func shown(_ text: String) -> String {
        let isNearlyName =
            text.utf8.count <= 64
            && text.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || "-_. ".unicodeScalars.contains($0)
            }
        return isNearlyName ? text : "one of the values"
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var rest = self
        while rest.last == character { rest.removeLast() }
        return String(rest)
    }
}
#endif
