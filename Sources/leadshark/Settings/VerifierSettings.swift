#if Server
import ArgumentParser
import LeadSharkWebhooks

/// The option of what is made of bodies that were re-formatted on their way.
struct ReformattedBodiesOption: ParsableArguments {
    @Option(
        name: .customLong("reformatted-bodies"),
        help: ArgumentHelp(
            "Whether a body that was re-formatted on its way is refused (the default) or canonicalized.",
            valueName: "refused|canonicalized"))
    var reformattedBodies: String?
}

extension SettingsSource {
    /// What is made of bodies that were re-formatted on their way.
    func reformattedBodies(flag: String?) throws(CommandError) -> ReformattedBodies {
        guard let setting = try text(.reformattedBodies, flag: flag) else { return .refused }
        switch setting.value {
        case "refused": return .refused
        case "canonicalized": return .canonicalized
        default:
            throw setting.refusal("is neither refused nor canonicalized")
        }
    }

    /// How far an event's own time may lie from ours; `nil` for any time.
    func tolerance(flag: String?) throws(CommandError) -> Duration? {
        guard let setting = try text(.tolerance, flag: flag) else { return nil }
        guard let tolerance = Self.duration(setting.value) else {
            throw setting.refusal("is no time such as 300s, 5m, 12h or 7d, of a second to ten years")
        }
        return tolerance
    }

    /// Digits and one letter: `300s`, `5m`, `12h`, `7d`.
    static func duration(_ text: String) -> Duration? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let digits = text.dropLast()
        guard let letter = text.last, let unit = units[letter], (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int64(digits), count > 0, count * unit <= 3660 * 86_400
        else { return nil }
        return .seconds(count * unit)
    }
}
#endif
