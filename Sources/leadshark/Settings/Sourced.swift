#if Server
/// Where a setting came from.
enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    case flag
    case environment
    /// The `.env` file, and the line in it.
    case file(line: Int)
    case defaultValue

    /// The origin, to follow "from".
    var description: String {
        switch self {
        case .flag: "the command line"
        case .environment: "the environment"
        case .file(let line): ".env, line \(line)"
        case .defaultValue: "the default"
        }
    }
}

/// A setting's value with where it came from, so that an error can say which one is meant.
struct Sourced<Value> {
    let value: Value
    let name: SettingName
    let origin: SettingOrigin

    /// The setting and its origin: `LEADSHARK_LISTEN (from .env, line 3)`.
    var label: String {
        if origin == .flag, let flag = name.flag { return flag }
        return "\(name.variable) (from \(origin))"
    }

    func map<Other>(_ transform: (Value) throws -> Other) rethrows -> Sourced<Other> {
        Sourced<Other>(value: try transform(value), name: name, origin: origin)
    }

    /// A refusal of the value. The reason must not hold a secret; it is a sentence, or the rest of one that begins with
    /// the setting.
    func refusal(_ reason: String) -> CommandError {
        let isRest = ["is ", "has ", "names ", "holds "].contains(where: reason.hasPrefix)
        return CommandError(
            origin == .flag ? .usage : .configuration, isRest ? "\(label) \(reason)" : "\(label): \(reason)")
    }
}

extension Sourced: Sendable where Value: Sendable {}
#endif
