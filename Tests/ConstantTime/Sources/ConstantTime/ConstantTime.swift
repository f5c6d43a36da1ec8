import Glibc
import Marks

/// Runs under valgrind's memcheck: without an argument all cases, which must be reported nowhere, and with the name of a
/// ``Control`` that one, which must be. `make constant-time` does both.
@main
struct ConstantTime {
    static func main() throws {
        guard marks_work() else { fail("this is nothing to run outside of memcheck") }
        switch CommandLine.arguments.dropFirst().first {
        case nil: try runAll()
        case let name?: try run(control: name)
        }
    }

    private static func runAll() throws {
        var count = 0
        try Matrix.forEach { entry in
            for way in Case.Entry.allCases {
                if let trouble = entry.run(way) { fail("\(entry.name), by \(way): \(trouble)") }
                count += 1
            }
        }
        // All but the question whether a secret is blank keeps to the rule when a secret is made, too.
        for byteCount in Matrix.secretByteCounts where byteCount > 1 {
            _ = try TwofoldSecret(byteCount: byteCount, seed: 3, firstIsKnown: true)
            count += 1
        }
        guard marks_reports() == 0 else { fail("\(marks_reports()) reports") }
        print("\(count) cases, \(comparisons_count()) comparisons, all of hidden bytes")
    }

    private static func run(control name: String) throws {
        guard let control = Control(rawValue: name) else { fail("there is no control '\(name)'") }
        // What goes wrong by itself reports nothing worth reading.
        guard try control.run() else { fail("the control '\(name)' does not work") }
        print("\(marks_reports()) reports")
    }

    private static func fail(_ message: String) -> Never {
        print("ConstantTime: \(message)")
        exit(1)
    }
}
