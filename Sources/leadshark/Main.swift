#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

#if Server
/// Runs the command. Nothing may be thrown from here: that would be a trap, not an exit code.
@main
struct Main {
    static func main() async {
        // A reader that goes away (`leadshark … | head`) is an error of writing, not the end by a signal.
        signal(SIGPIPE, SIG_IGN)
        let status: Int32
        do {
            let context = try Context.ofProcess()
            status = await Program.run(Array(CommandLine.arguments.dropFirst()), in: context)
        } catch {
            Console.standard.note("leadshark: \(error)")
            status = ExitStatus.configuration.rawValue
        }
        exit(status)
    }
}
#else
/// What is left of the command when the package is built without what it needs.
@main
struct Main {
    static func main() {
        var sentence =
            "leadshark: this program was built without the trait Server, which holds the receiver and the command; "
            + "build it again with default traits\n"
        _ = sentence.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(70)  // EX_SOFTWARE
    }
}
#endif
