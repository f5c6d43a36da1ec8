#if Server
import Testing

@testable import LeadSharkProbe

@Suite("Where an address can be reached from")
struct AddressScopeTests {
    @Test(
        "What is no address has no scope",
        arguments: ["", "example.com", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.x", "1..2.3"])
    func none(text: String) {
        #expect(AddressScope(address: text) == nil)
    }

    @Test(
        "Addresses",
        arguments: [
            ("127.0.0.1", AddressScope.loopback), ("127.255.0.1", .loopback), ("0.0.0.0", .loopback),
            ("::1", .loopback),
            ("::", .loopback), ("::ffff:127.0.0.1", .loopback), ("10.0.0.1", .private), ("172.16.0.1", .private),
            ("172.31.255.255", .private), ("192.168.1.1", .private), ("169.254.169.254", .private),
            ("100.64.0.1", .private),
            ("fc00::1", .private), ("fdff::1", .private), ("fe80::1", .private), ("FEBF::1", .private),
            ("::ffff:10.1.1.1", .private), ("172.15.0.1", .public), ("172.32.0.1", .public),
            ("192.169.0.1", .public),
            ("100.128.0.1", .public), ("11.0.0.1", .public), ("8.8.8.8", .public), ("2001:db8::1", .public),
            ("fc::1", .public), ("fec0::1", .public), ("::ffff:8.8.8.8", .public),
        ])
    func addresses(text: String, scope: AddressScope) {
        #expect(AddressScope(address: text) == scope)
    }

    @Test(
        "Names that say where they are",
        arguments: [
            ("localhost", AddressScope.loopback), ("LOCALHOST", .loopback), ("a.localhost", .loopback),
            ("nas", .private),
            ("printer.local", .private), ("db.internal", .private), ("pc.lan", .private), ("x.home.arpa", .private),
        ])
    func names(text: String, scope: AddressScope) {
        #expect(AddressScope(name: text) == scope)
    }

    @Test(
        "A public name says nothing by itself",
        arguments: ["example.com", "localhost.example.com", "local.example"])
    func publicNames(text: String) {
        #expect(AddressScope(name: text) == nil)
    }
}
#endif
