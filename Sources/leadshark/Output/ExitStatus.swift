#if Server
/// The command's exit codes: those of `sysexits.h`, and 1 for a "no" that was asked for.
enum ExitStatus: Int32, CaseIterable {
    /// Done, and the answer is yes.
    case success = 0
    /// Done, and the answer is no.
    case negative = 1
    /// The command line is wrong (`EX_USAGE`).
    case usage = 64
    /// The input is wrong (`EX_DATAERR`).
    case badData = 65
    /// An input cannot be read (`EX_NOINPUT`).
    case noInput = 66
    /// Something that is needed does not answer (`EX_UNAVAILABLE`).
    case unavailable = 69
    /// A mistake of this program (`EX_SOFTWARE`).
    case software = 70
    /// A file cannot be made (`EX_CANTCREAT`).
    case cannotCreate = 73
    /// Reading or writing failed (`EX_IOERR`).
    case ioError = 74
    /// It may work later: somebody else holds what is needed (`EX_TEMPFAIL`).
    case temporary = 75
    /// Not allowed (`EX_NOPERM`).
    case noPermission = 77
    /// A setting is missing or wrong (`EX_CONFIG`).
    case configuration = 78

    /// The table for the help text.
    static let help = """
        EXIT CODES
          0   done; where the command answers a question: yes
          1   the answer is no: verify: not valid; send: not all accepted;
              doctor: a check failed; deliveries show: no such delivery;
              deliveries redeliver: none was sent round again;
              deliveries delete: nothing was deleted;
              spool drain: events are left in the spool
          64  wrong command line
          65  wrong input
          66  input cannot be read
          69  something that is needed does not answer
          70  a mistake of this program
          73  a file cannot be made
          74  reading or writing failed
          75  try again later (in use, or interrupted)
          77  not allowed
          78  a setting is missing or wrong
        """
}

/// What ends the command: a sentence for standard error, and an exit code.
///
/// The sentence never holds a secret or a signature.
struct CommandError: Error, Hashable, CustomStringConvertible {
    let status: ExitStatus
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    var description: String { message }
}
#endif
