#if Server
import ArgumentParser

/// What somebody meant by a command line that cannot be understood, where it can be guessed.
enum CommandLineSlip {
    /// How many letters may be wrong in a command's name for another to be suggested.
    private static let maximumDistance = 3

    /// A sentence in place of the parser's; `nil` when it has the better one.
    static func sentence(about arguments: [String]) -> String? {
        let flags = arguments.prefix { $0 != "--" }
        if flags.contains(where: { $0 == "--secret" || $0.hasPrefix("--secret=") }) { return secretAsFlag }
        guard let name = arguments.first, !name.hasPrefix("-"), name != "help", !commands.contains(name) else {
            return nil
        }
        var sentence = "there is no command \(VisibleText.line(name))"
        // Letters that changed places are two letters for the distance, and one slip for a hand.
        let sameLetters = commands.filter { $0.sorted() == name.prefix(64).sorted() }
        if let nearest = EditDistance.nearest(to: name, among: sameLetters + commands),
            EditDistance.between(String(name.prefix(64)), nearest) <= min(maximumDistance, nearest.count / 2)
        {
            sentence += "; did you mean \(nearest)?"
        }
        return sentence + "\nThe commands are \(commands.joined(separator: ", ")); `leadshark --help` explains them."
    }

    private static let secretAsFlag =
        "there is no --secret: a secret is never a flag, since anybody can read a command line; "
        + "set \(SettingName.webhook(nil, .current).variable), or "
        + "\(SettingName.webhook(nil, .currentFile).variable) to a file that holds it, or run `leadshark init`"

    private static var commands: [String] {
        LeadShark.configuration.subcommands.compactMap { $0._commandName }
    }
}
#endif
