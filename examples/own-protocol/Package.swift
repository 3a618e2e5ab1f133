// swift-tools-version:6.2
import PackageDescription

let package = Package(
  name: "own-protocol",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "interlock", path: "../..")],
  targets: [
    .executableTarget(
      name: "Door",
      dependencies: [.product(name: "Spec", package: "interlock"), .product(name: "Check", package: "interlock")])
  ],
  swiftLanguageModes: [.v6]
)
