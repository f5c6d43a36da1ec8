// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "leadshark-constant-time",
    dependencies: [
        .package(name: "leadshark-webhooks", path: "../..", traits: [])
    ],
    targets: [
        // What memcheck is asked for, and libcrypto's comparison with its answer made public.
        .target(name: "Marks", linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("dl")]),
        .executableTarget(
            name: "ConstantTime",
            dependencies: ["Marks", .product(name: "LeadSharkWebhooks", package: "leadshark-webhooks")]),
    ],
    swiftLanguageModes: [.v6]
)
