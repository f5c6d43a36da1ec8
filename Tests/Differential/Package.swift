// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "leadshark-differential",
    dependencies: [
        .package(name: "leadshark-webhooks", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "canonicalize",
            dependencies: [.product(name: "LeadSharkWebhooks", package: "leadshark-webhooks")])
    ],
    swiftLanguageModes: [.v6]
)
