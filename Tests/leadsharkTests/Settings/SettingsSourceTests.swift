#if Server
import LeadSharkDelivery
import Testing

@testable import leadshark

@Suite("Settings")
struct SettingsSourceTests {
    private func source(_ environment: [String: String] = [:], file: String? = nil) throws -> SettingsSource {
        try SettingsSource(
            environment: environment, file: file.map { try DotEnvFile(parsing: Array($0.utf8)) })
    }

    @Test(
        "Set but empty is an error wherever it is, and never falls through",
        arguments: [
            (["LEADSHARK_LISTEN": ""], "LEADSHARK_LISTEN=127.0.0.1:1", "LEADSHARK_LISTEN (from the environment)"),
            (["LEADSHARK_LISTEN": "127.0.0.1:1"], "A=1\nLEADSHARK_LISTEN=", "LEADSHARK_LISTEN (from .env, line 2)"),
            ([:], "LEADSHARK_WEBHOOK_SECRET=''", "LEADSHARK_WEBHOOK_SECRET (from .env, line 1)"),
            (["LEADSHARK_WEBHOOKS": ""], "", "LEADSHARK_WEBHOOKS (from the environment)"),
        ])
    func empty(environment: [String: String], file: String, label: String) throws {
        let error = try #require(throws: CommandError.self) { try source(environment, file: file) }
        #expect(error.status == .configuration)
        #expect(error.message.hasPrefix(label + " is set but empty"))
    }

    @Test("An empty flag is an error too")
    func emptyFlag() throws {
        let settings = try source(["LEADSHARK_STORE": "sqlite:a"])
        let error = try #require(throws: CommandError.self) { try settings.store(flag: "") }
        #expect(error == CommandError(.usage, "--store is empty"))
    }

    @Test(
        "An unknown name is refused with the nearest that is known",
        arguments: [
            ("LEADSHARK_WEBHOOK_SECERT", "LEADSHARK_WEBHOOK_SECRET"),
            ("LEADSHARK_LISTEN_ADDRESS", "LEADSHARK_LISTEN"), ("LEADSHARK_SECRET", "LEADSHARK_STORE"),
            ("LEADSHARK_WEBHOOK_CRM_SECRET", "LEADSHARK_WEBHOOK_SECRET"),
            ("LEADSHARK_LEADSFILE", "LEADSHARK_LEADS_FILE"), ("LEADSHARK_webhook_secret", "LEADSHARK_"),
            ("LEADSHARK_WEBHOOK_SECRET_PREV", "LEADSHARK_WEBHOOK_SECRET"),
        ])
    func unknown(name: String, nearest: String) throws {
        for (environment, file, place) in [
            ([name: "x-value"], "", "the environment"), ([:], "\(name)=x-value", ".env, line 1"),
        ] {
            let error = try #require(throws: CommandError.self) { try source(environment, file: file) }
            #expect(error.status == .configuration)
            #expect(
                error.message.hasPrefix(
                    "\(name) (from \(place)) is no setting of this program; the nearest is \(nearest)"),
                "\(error.message)")
            #expect(!error.message.contains("x-value"))
        }
    }

    @Test(
        "What Kubernetes puts into the environment is refused with the remedy",
        arguments: ["LEADSHARK_PORT", "LEADSHARK_SERVICE_HOST"])
    func serviceLinks(name: String) throws {
        let error = try #require(throws: CommandError.self) { try source([name: "tcp://10.0.0.1:80"]) }
        #expect(error.message.contains("enableServiceLinks: false"))
    }

    @Test("Variables of other programs, of the build and of tests are left alone")
    func others() throws {
        _ = try source(
            ["PATH": "", "LEADSHARK": "", "LEADSHARK_WARNINGS_AS_ERRORS": "1", "LEADSHARK_TEST_SEED": ""],
            file: "OTHER=\n")
    }

    @Test("A flag goes before the environment, that before .env, that before the default")
    func precedence() throws {
        let file = "LEADSHARK_LISTEN=127.0.0.3:3\n"
        let fallback = HostPort(host: "127.0.0.4", port: 4)
        let all = try source(["LEADSHARK_LISTEN": "127.0.0.2:2"], file: file)
        let flag = try all.address(.listen, flag: "127.0.0.1:1", default: fallback)
        #expect(flag.value.port == 1 && flag.label == "--listen")
        let environment = try all.address(.listen, flag: nil, default: fallback)
        #expect(environment.value.port == 2 && environment.label == "LEADSHARK_LISTEN (from the environment)")
        let dotEnv = try source(file: file).address(.listen, flag: nil, default: fallback)
        #expect(dotEnv.value.port == 3 && dotEnv.label == "LEADSHARK_LISTEN (from .env, line 1)")
        let none = try source().address(.listen, flag: nil, default: fallback)
        #expect(none.value.port == 4 && none.origin == .defaultValue)
    }

    @Test("A malformed value is refused with its setting and origin; a flag is a matter of usage")
    func malformedValues() throws {
        let settings = try source(["LEADSHARK_LISTEN": "8080", "LEADSHARK_STORE": "mysql://u:hunter2@h/db"])
        let fallback = HostPort(host: "h", port: 1)
        let listen = try #require(throws: CommandError.self) {
            try settings.address(.listen, flag: nil, default: fallback)
        }
        #expect(listen.status == .configuration)
        #expect(
            listen.message.hasPrefix("LEADSHARK_LISTEN (from the environment): 8080 has no host; write HOST:PORT"))
        let store = try #require(throws: CommandError.self) { try settings.store(flag: nil) }
        #expect(
            store.message
                == "LEADSHARK_STORE (from the environment) names the kind of store mysql, which is not known; write sqlite:PATH or postgres://USER@HOST/DATABASE"
        )
        let flag = try #require(throws: CommandError.self) { try settings.store(flag: "leads.sqlite") }
        #expect(
            flag.status == .usage
                && flag.message
                    == "--store names no kind of store; write sqlite:PATH or postgres://USER@HOST/DATABASE"
        )
    }

    @Test(
        "A store is sqlite: and a plain path",
        arguments: ["sqlite:", "sqlite::memory:", "sqlite:file:x", "sqlite://x", "SQLITE:x", "x", ""])
    func malformedStore(text: String) {
        #expect(throws: StoreLocation.Malformed.self) { try StoreLocation(text) }
    }

    @Test(
        "A webhook's name that could be mistaken is refused",
        arguments: [
            "secret", "secret-previous", "secret-file", "a-secret", "CRM", "crm mail", "crm,", ",crm", "crm,,mail",
            "crm,crm",
            "crm_x", "ä", "crm\u{301}", "a/b", String(repeating: "a", count: 65), "a.b",
        ])
    func webhookNames(list: String) throws {
        let error = try #require(throws: CommandError.self) { try source(["LEADSHARK_WEBHOOKS": list]) }
        #expect(error.status == .configuration)
        #expect(error.message.hasPrefix("LEADSHARK_WEBHOOKS (from the environment)"))
    }

    @Test(
        "What may be a secret in the wrong place is not shown",
        arguments: ["tr0ub4dor", "hunter\u{1b}", "Hunter/Hunter+Hunter=", String(repeating: "hunter", count: 20)])
    func notShown(secret: String) throws {
        for value in [secret, "crm,\(secret)/"] {
            let list = try #require(throws: CommandError.self) { try source(["LEADSHARK_WEBHOOKS": value + "!"]) }
            #expect(list.message.contains("one of the values is no webhook's name") && !list.message.contains(secret))
        }
        for value in [secret, "\(secret):x", "sqlite:file:\(secret)"] where !value.hasPrefix("tr0ub4dor:") {
            let store = try #require(throws: CommandError.self) {
                try source(["LEADSHARK_STORE": value]).store(flag: nil)
            }
            #expect(!store.message.contains(secret), "\(store.message)")
        }
        let listen = try #require(throws: CommandError.self) {
            try source(["LEADSHARK_LISTEN": "http://u:\(secret)@h"])
                .address(.listen, flag: nil, default: HostPort(host: "h", port: 1))
        }
        #expect(!listen.message.contains(secret))
    }

    @Test("A comma too many is told as such", arguments: ["crm,", ",crm", "crm,,mail", "crm, ,mail"])
    func extraComma(list: String) throws {
        let error = try #require(throws: CommandError.self) { try source(["LEADSHARK_WEBHOOKS": list]) }
        #expect(
            error.message == "LEADSHARK_WEBHOOKS (from the environment) has an empty name; remove the extra comma")
    }

    @Test("A variable that is unknown and empty is unknown first")
    func unknownAndEmpty() throws {
        let error = try #require(throws: CommandError.self) {
            try source(["LEADSHARK_LISTN": "", "LEADSHARK_LISTEN": ""])
        }
        #expect(error.message.contains("LEADSHARK_LISTN (from the environment) is no setting"))
    }

    @Test("More webhooks than the bound are refused")
    func tooManyWebhooks() throws {
        let list = (0...WebhookList.maximumCount).map { "w\($0)" }.joined(separator: ",")
        let error = try #require(throws: CommandError.self) { try source(["LEADSHARK_WEBHOOKS": list]) }
        #expect(error.message.contains("more than 256 webhooks"))
    }

    @Test(
        "swift-configuration finds every setting under the variable that we document",
        arguments: ["crm", "a-b", "-a", "a--b", "9"])
    func keys(name: String) throws {
        let webhook = try #require(WebhookName(name))
        let secrets = SettingName.Secret.allCases.flatMap { [SettingName.webhook(nil, $0), .webhook(webhook, $0)] }
        for setting in SettingName.general + secrets {
            let value = setting == .webhooks ? name : "value"
            var environment = [setting.variable: value]
            environment["LEADSHARK_WEBHOOKS"] = name
            let settings = try source(environment)
            #expect(try settings.text(setting)?.value == value, "\(setting.variable)")
        }
    }
}
#endif
