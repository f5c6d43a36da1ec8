#if Server
import Foundation
import Testing

@testable import leadshark

@Suite("The Authorization header to forward with")
struct ForwardAuthorizationTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func authorization(_ environment: [String: String]) throws -> ForwardAuthorization? {
        let context = Context(
            environment: environment, directory: directory.path, console: .standard, input: .process)
        return try SettingsSource(context).forwardAuthorization(in: context)
    }

    @Test(
        "What is wrong with it is told without it",
        arguments: [
            (["LEADSHARK_FORWARD_AUTHORIZATION": ""], "is set but empty"),
            (["LEADSHARK_FORWARD_AUTHORIZATION_FILE": ""], "is set but empty"),
            (["LEADSHARK_FORWARD_AUTHORIZATION_FILE": "empty"], "is empty"),
            (["LEADSHARK_FORWARD_AUTHORIZATION_FILE": "/nowhere/hunter2"], "no such file"),
            (["LEADSHARK_FORWARD_AUTHORIZATION_FILE": "open"], "chmod 600"),
            (["LEADSHARK_FORWARD_AUTHORIZATION_FILE": "two"], "line break"),
            (["LEADSHARK_FORWARD_AUTHORIZATION": "Bearer hunter2\r\nX: 1"], "line break"),
            (["LEADSHARK_FORWARD_AUTHORIZATION": "Bearer hunter2\n"], "line break"),
            (["LEADSHARK_FORWARD_AUTHORIZATION": "Bearer hunter2\u{7f}"], "another character"),
            (["LEADSHARK_FORWARD_AUTHORIZATION": "Bearer hunter2é"], "another character"),
            (["LEADSHARK_FORWARD_AUTHORIZATION": " Bearer hunter2"], "has a blank at"),
            (["LEADSHARK_FORWARD_AUTHORIZATION": String(repeating: "hunter2", count: 2000)], "longer than 8192"),
            (
                [
                    "LEADSHARK_FORWARD_AUTHORIZATION": "hunter2", "LEADSHARK_FORWARD_AUTHORIZATION_FILE": "file",
                ], "both set"
            ),
        ])
    func wrong(environment: [String: String], reason: String) throws {
        try directory.write("empty", "\n")
        try directory.write("open", "Bearer hunter2", mode: 0o644)
        try directory.write("two", "Bearer hunter2\n\n")
        let error = try #require(throws: CommandError.self) { try authorization(environment) }
        #expect(error.status == .configuration)
        #expect(error.message.contains(reason), "\(error.message)")
        #expect(!error.message.contains("hunter2"))
    }

    @Test("It comes from the variable or from the file, and shows in no description")
    func value() throws {
        try directory.write("file", "Bearer from-file\n")
        let inline = try #require(try authorization(["LEADSHARK_FORWARD_AUTHORIZATION": "Bearer hunter2"]))
        #expect(inline.value == "Bearer hunter2")
        #expect(!"\(inline) \(String(reflecting: inline))".contains("hunter2"))
        var dumped = ""
        dump(inline, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(try authorization(["LEADSHARK_FORWARD_AUTHORIZATION_FILE": "file"])?.value == "Bearer from-file")
        let none = try authorization([:])
        #expect(none?.value == nil)
    }

    @Test("Without a URL to send it to there is no start")
    func withoutURL() async {
        let run = await CommandRun.of(
            "serve", environment: ["LEADSHARK_WEBHOOK_SECRET": "x", "LEADSHARK_FORWARD_AUTHORIZATION": "hunter2"],
            in: directory)
        #expect(run.status == 78)
        #expect(run.errors.contains("set LEADSHARK_FORWARD_URL") && !run.errors.contains("hunter2"))
    }
}
#endif
