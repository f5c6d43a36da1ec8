#if Server
/// What in a URL that can be used deserves a look.
enum URLAdvice {
    static func result(for url: EndpointURL) -> DoctorCheck.Result {
        var findings: [DoctorCheck.Finding] = []
        let scope = AddressScope(address: url.host) ?? AddressScope(name: url.host) ?? .public
        if let finding = scope.finding { findings.append(finding) }
        if !url.isSecure, scope == .public {
            findings.append(.init("http sends your leads' data in clear", remedy: "use https"))
        }
        if url.path.isEmpty || url.path == "/" {
            findings.append(
                .init(
                    "the URL has no path",
                    remedy: "add it: our receiver's is /webhooks/NAME, by default /webhooks/leadshark"))
        } else if url.path.hasSuffix("/") {
            findings.append(
                .init(
                    "the path ends in a slash, which makes it another path for many servers",
                    remedy: "leave the slash out, unless the endpoint wants it"))
        }
        if url.path.contains("//") {
            findings.append(.init("the path has two slashes in a row", remedy: "leave one out"))
        }
        return findings.isEmpty ? .ok(detail: url.description) : .warning(findings)
    }
}
#endif
