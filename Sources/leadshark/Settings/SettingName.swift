#if Server
import Configuration
import LeadSharkDelivery

/// A setting: its environment variable, the key by which swift-configuration finds that, and its flag.
struct SettingName: Hashable, Sendable {
    /// What our variables begin with.
    static let prefix = "LEADSHARK_"

    /// The variable, in the environment or in `.env`.
    let variable: String
    /// The flag that goes before it, if there is one. Secrets have none: anybody can see a command line.
    let flag: String?
    /// Whether the value is never to be printed.
    let isSecret: Bool

    private init(_ variable: String, flag: String? = nil, isSecret: Bool = false) {
        self.variable = variable
        self.flag = flag
        self.isSecret = isSecret
    }

    static let webhooks = Self("LEADSHARK_WEBHOOKS")
    static let listen = Self("LEADSHARK_LISTEN", flag: "--listen")
    static let adminListen = Self("LEADSHARK_ADMIN_LISTEN", flag: "--admin-listen")
    static let store = Self("LEADSHARK_STORE", flag: "--store", isSecret: true)
    static let leadsFile = Self("LEADSHARK_LEADS_FILE", flag: "--leads-file")
    static let forwardURL = Self("LEADSHARK_FORWARD_URL", flag: "--forward-url")
    static let forwardOrder = Self("LEADSHARK_FORWARD_ORDER", flag: "--forward-order")
    static let forwardAuthorization = Self("LEADSHARK_FORWARD_AUTHORIZATION", isSecret: true)
    static let forwardAuthorizationFile = Self("LEADSHARK_FORWARD_AUTHORIZATION_FILE")
    static let reformattedBodies = Self("LEADSHARK_REFORMATTED_BODIES", flag: "--reformatted-bodies")
    static let tolerance = Self("LEADSHARK_TOLERANCE", flag: "--tolerance")
    static let keepCompleted = Self("LEADSHARK_KEEP_COMPLETED", flag: "--keep-completed")
    static let minimumFreeSpace = Self("LEADSHARK_MINIMUM_FREE_SPACE", flag: "--minimum-free-space")
    static let spool = Self("LEADSHARK_SPOOL", flag: "--spool")
    static let spoolLimit = Self("LEADSHARK_SPOOL_LIMIT", flag: "--spool-limit")
    static let logLevel = Self("LEADSHARK_LOG_LEVEL", flag: "--log-level")

    /// Those that do not depend on a webhook's name.
    static let general = [
        webhooks, listen, adminListen, store, leadsFile, forwardURL, forwardOrder, forwardAuthorization,
        forwardAuthorizationFile, reformattedBodies, tolerance, keepCompleted, minimumFreeSpace, spool, spoolLimit,
        logLevel,
    ]

    /// The settings of one webhook's secrets.
    enum Secret: String, CaseIterable {
        case current = "SECRET"
        case previous = "SECRET_PREVIOUS"
        case currentFile = "SECRET_FILE"
        case previousFile = "SECRET_PREVIOUS_FILE"
    }

    /// A secret's setting; without a name, that of the webhook that most set-ups have.
    static func webhook(_ name: WebhookName?, _ secret: Secret) -> Self {
        var variable = "LEADSHARK_WEBHOOK_"
        if let name { variable += part(of: name) + "_" }
        let isSecret = secret == .current || secret == .previous
        return Self(variable + secret.rawValue, isSecret: isSecret)
    }

    /// A webhook's name as a part of a variable's.
    static func part(of name: WebhookName) -> String {
        String(name.text.uppercased().map { $0 == "-" ? "_" : $0 })
    }

    /// The table for the help text.
    static let help = """
        SETTINGS (a flag, where there is one, goes before)
          LEADSHARK_WEBHOOK_SECRET         the secret that LeadShark shows
          LEADSHARK_WEBHOOK_SECRET_FILE    a file that holds it, instead
          LEADSHARK_WEBHOOK_SECRET_PREVIOUS and
          LEADSHARK_WEBHOOK_SECRET_PREVIOUS_FILE
                                           the one before, during a rotation
          LEADSHARK_WEBHOOKS               more webhooks by name: crm,mail;
                                           the secret of crm is in
                                           LEADSHARK_WEBHOOK_CRM_SECRET
          LEADSHARK_LISTEN                 where webhooks arrive
          LEADSHARK_ADMIN_LISTEN           where health is asked for
          LEADSHARK_STORE                  the queue: sqlite:PATH, or
                                           postgres://USER@HOST/DATABASE
          LEADSHARK_LEADS_FILE             a file that leads are appended to
          LEADSHARK_FORWARD_URL            a URL that events are sent on to
          LEADSHARK_FORWARD_AUTHORIZATION  its Authorization header, if it
                                           needs one: Bearer TOKEN
          LEADSHARK_FORWARD_AUTHORIZATION_FILE
                                           a file that holds it, instead
          LEADSHARK_FORWARD_ORDER          none, or person: one event of each
                                           person at a time, in order
          LEADSHARK_REFORMATTED_BODIES     what becomes of bodies that a proxy
                                           wrote anew: refused, canonicalized
          LEADSHARK_TOLERANCE              how far an event's time may lie from
                                           ours: 300s, 5m, 12h, 7d; beyond it
                                           the event is a dead letter
          LEADSHARK_KEEP_COMPLETED         how long completed events are kept:
                                           7d, or another time, or forever
          LEADSHARK_MINIMUM_FREE_SPACE     with less of the store's disk free, no
                                           event is taken: 64M, or another
                                           size in K, M or G, or 0
          LEADSHARK_SPOOL                  a file where events wait while the
                                           store cannot take them
          LEADSHARK_SPOOL_LIMIT            how large it may get: 1G, or another
                                           size in M or G
          LEADSHARK_LOG_LEVEL              trace, debug, info, notice, warning,
                                           error or critical
        """

    /// The key that swift-configuration maps to ``variable``.
    var key: ConfigKey {
        ConfigKey(variable.lowercased().split(separator: "_", omittingEmptySubsequences: false).map(String.init))
    }

    /// Variables that begin as ours do but are not read by this command: the build's, and those of tests.
    static func isElsewhere(_ variable: String) -> Bool {
        variable == "LEADSHARK_WARNINGS_AS_ERRORS" || variable.hasPrefix("LEADSHARK_TEST_")
    }
}
#endif
