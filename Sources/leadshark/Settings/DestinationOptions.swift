#if Server
import ArgumentParser

/// The options of where leads go, for all commands that have a worker.
struct DestinationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Append each lead to this file, one JSON object a line.", valueName: "path"))
    var leadsFile: String?

    @Option(
        name: .customLong("forward-url"),
        help: ArgumentHelp(
            "Send each event on to this URL; its Authorization header is in LEADSHARK_FORWARD_AUTHORIZATION.",
            valueName: "url"))
    var forwardURL: String?

    @Option(
        help: ArgumentHelp(
            "The order in which that URL gets events: none, or person: those of each person one at a time (none).",
            valueName: "order"))
    var forwardOrder: String?
}
#endif
