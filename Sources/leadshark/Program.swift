#if Server
import ArgumentParser
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `leadshark`: the command that holds the others.
struct LeadShark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leadshark",
        abstract: "Receives LeadShark webhooks and loses none.",
        discussion: """
            Settings come from flags, else from the environment, else from .env in the working directory. \
            `leadshark init` writes that file; `leadshark demo` shows everything without any set-up.

            \(SettingName.help)

            \(ExitStatus.help)
            """,
        version: "0.1.0",
        subcommands: [
            Init.self, Serve.self, Work.self, Deliveries.self, Spool.self, Doctor.self, Send.self, Sign.self,
            Verify.self, Canonicalize.self, Demo.self,
        ])
}

/// Runs a command line and turns whatever happens into an exit code.
enum Program {
    /// How wide help is at most, in columns: a terminal of 80 shows our tables as they are.
    static let helpWidth = 78

    /// - Parameters:
    ///   - arguments: The command line without the program's name.
    ///   - context: What the command sees of the world.
    /// - Returns: The exit code.
    static func run(_ arguments: [String], in context: Context) async -> Int32 {
        let console = context.console
        let status = await Context.$current.withValue(context) { () async -> Int32 in
            do {
                var command = try LeadShark.parseAsRoot(arguments)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                return ExitStatus.success.rawValue
            } catch {
                return report(error, of: arguments, console)
            }
        }
        guard console.outputFailure == 0 else {
            // Nobody reads any more: `leadshark … | head`. That is no reason to complain.
            if console.outputFailure != EPIPE {
                console.note(
                    "leadshark: standard output cannot be written: \(Descriptor.reason(console.outputFailure))")
            }
            return ExitStatus.ioError.rawValue
        }
        return status
    }

    private static func report(_ error: any Error, of arguments: [String], _ console: Console) -> Int32 {
        switch error {
        case let error as CommandError:
            console.note("leadshark: \(error.message)")
            return error.status.rawValue
        case let code as ExitCode:
            return code.rawValue
        case is CancellationError:
            console.note("leadshark: stopped")
            return ExitStatus.temporary.rawValue
        default: break
        }
        let code = LeadShark.exitCode(for: error)
        if code == .success {
            console.print(LeadShark.fullMessage(for: error, columns: helpWidth))
            return code.rawValue
        }
        if code == .validationFailure {
            if let slip = CommandLineSlip.sentence(about: arguments) {
                console.note("leadshark: \(slip)")
                return ExitStatus.usage.rawValue
            }
            console.note(LeadShark.fullMessage(for: error, columns: helpWidth))
            return ExitStatus.usage.rawValue
        }
        console.note("leadshark: this should not have happened: \(error)")
        return ExitStatus.software.rawValue
    }
}
#endif
