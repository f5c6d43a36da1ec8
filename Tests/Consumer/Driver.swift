// Scripts/check-consumer appends this to the README's lines: it hands them the body on standard input with the
// signature that is the first argument, as a server would, and turns the answer into an exit status.

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

var body: [UInt8] = []
while let line = readLine(strippingNewline: false) { body += Array(line.utf8) }
do {
    try receive(body: body, signature: CommandLine.arguments.dropFirst().first)
} catch let error as VerificationError {
    print("refused: \(error.code)")
    exit(1)
}
