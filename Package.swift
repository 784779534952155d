// swift-tools-version: 6.2
import PackageDescription

// Lowest layer first: a target may import what stands above it, never what stands below.
// docs/architecture.md draws the same table.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// One of our own targets with the project's settings.
func layer(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// The tests of one layer; what they import beside it is named, as the compiler wants it.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

let package = Package(
  name: "shunt",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "shunt", targets: ["shunt"]),
    // What Benchmarks/, a package of its own, measures.
    .library(name: "ShuntKernels", targets: ["EventKernel", "NetworkSharing", "Quantities"]),
  ],
  dependencies: [
    // Commands, help, completions.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // YAML with line and column marks.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // HTML templates with escaping.
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    // exp, log and pow without Foundation.
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: [
    // C libraries
    .systemLibrary(name: "CGLPK", providers: [.apt(["libglpk-dev"])]),
    // GLPK behind one C call, so that its internal errors never end the process.
    .target(name: "CGLPKShim", dependencies: ["CGLPK"], linkerSettings: [.linkedLibrary("glpk")]),
    .systemLibrary(name: "CGSL", providers: [.apt(["libgsl-dev"])]),
    // OpenBLAS and Open MPI are opened when the program runs, so that it builds and simulates
    // without them.
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "CMPI", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),

    // Foundations
    layer("Quantities"),
    layer("Diagnostics"),
    layer("LinearModel"),
    layer("EventKernel", ["Quantities"]),
    layer("NetworkSharing", ["EventKernel", "Quantities"]),
    layer("Statistics", ["CGSL", realModule]),

    // The domain
    layer("Domain", ["Quantities", realModule]),
    layer(
      "Catalog", ["Domain", "Diagnostics", "Quantities"],
      resources: [
        .embedInCode("accelerators.csv"), .embedInCode("links.csv"), .embedInCode("nodes.csv"),
        .embedInCode("models.csv"),
      ]),
    layer("Plan", ["Domain", "Quantities"]),
    layer("Results", ["Plan", "Statistics", "Domain", "Quantities"]),
    layer("Scenarios", ["Domain", "Catalog", "Diagnostics", "Quantities", yams]),
    layer(
      "TokenRouting", ["Domain", "Statistics", "Diagnostics", "Quantities", realModule],
      resources: [.embedInCode("Profile/profiles.csv")]),

    // What decides and what costs
    layer("CostModels", ["Domain", "Plan", "Quantities", realModule]),
    // Steps of whole models: every layer, every stage, in closed form.
    layer("WholeModel", ["CostModels", "Domain", "Quantities", realModule]),
    layer("GLPKSolver", ["LinearModel", "CGLPKShim", "CGLPK"]),
    layer(
      "Calibration",
      ["WholeModel", "CostModels", "Catalog", "Domain", "Quantities", "CGSL", realModule]),
    layer(
      "Planner", ["Domain", "LinearModel", "GLPKSolver", "Statistics", "Quantities", realModule]),
    layer("EngineFormats", ["Domain", yams]),
    layer(
      "Strategies", ["Domain", "Plan", "LinearModel", "GLPKSolver", "Planner", "Quantities"]),

    // Runners
    layer(
      "Simulator",
      ["Plan", "CostModels", "NetworkSharing", "EventKernel", "Domain", "Quantities"]),

    layer("Kernels", ["COpenBLAS", realModule]),
    layer(
      "Executor",
      ["Kernels", "Simulator", "Plan", "CostModels", "Statistics", "Domain", "Quantities"]),
    layer("MPITransport", ["Executor", "Kernels", "Plan", "CMPI"]),

    // What people see
    layer("Charts", ["Quantities", realModule]),
    layer(
      "Reports", ["Results", "Plan", "Statistics", "Charts", "Domain", "Quantities", mustache]),
    layer(
      "Workbench",
      [
        "Scenarios", "Catalog", "TokenRouting", "Planner", "GLPKSolver", "Strategies", "Simulator",
        "CostModels", "EngineFormats",
        "Calibration", "NetworkSharing", "Results", "Statistics", "Diagnostics", "Domain", "Plan",
        "Quantities", "Executor", "Kernels",
      ]),
    .executableTarget(
      name: "shunt",
      dependencies: [
        "Calibration",
        "Workbench", "Reports", "Results", "Planner", "Scenarios", "Catalog", "Diagnostics",
        "Domain", "EngineFormats", "Executor", "Kernels",
        "MPITransport", "Quantities", "NetworkSharing", argumentParser,
      ],
      swiftSettings: strict),

    // Fits the shipped cost constants again; run by scripts/regenerate-costs.
    .executableTarget(
      name: "regenerate-costs", dependencies: ["Calibration", "CostModels", "Domain"],
      swiftSettings: strict),

    // Tests
    tests("QuantitiesTests", ["Quantities"]),
    tests("TokenRoutingTests", ["TokenRouting", "Domain", "Statistics", realModule]),
    tests("EventKernelTests", ["EventKernel", "Quantities"]),
    tests("NetworkSharingTests", ["NetworkSharing", "Quantities"]),
    tests("CostModelsTests", ["CostModels", "Domain", "Plan", "Quantities"]),
    tests("WholeModelTests", ["WholeModel", "CostModels", "Domain", "Quantities"]),
    tests(
      "CalibrationTests",
      ["WholeModel", "Calibration", "CostModels", "Catalog", "Domain", "Quantities"]),
    tests("StrategiesTests", ["Strategies"]),
    tests("PlanTests", ["Plan", "Domain"]),
    tests(
      "SimulatorTests",
      ["Simulator", "Plan", "CostModels", "NetworkSharing", "Domain", "Quantities"]),
    tests(
      "ConformanceTests",
      [
        "Executor", "Kernels",
        "Strategies", "Simulator", "Plan", "Planner", "CostModels", "NetworkSharing", "Domain",
        "Quantities",
      ]),
    tests(
      "WorkbenchTests",
      [
        "Workbench", "Scenarios", "Results", "Simulator", "Planner", "Plan", "NetworkSharing",
        "CostModels", "Diagnostics", "Domain", "Quantities",
      ]),
    tests("CommandTests", ["shunt"]),
    tests("StatisticsTests", ["Statistics", realModule]),
    tests("ChartsTests", ["Charts"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["Reports", "Charts", "Results", "Statistics", "Plan", "Domain", "Quantities"],
      exclude: ["Golden"], swiftSettings: strict),
    tests("LinearModelTests", ["LinearModel"]),
    tests("GLPKSolverTests", ["GLPKSolver", "LinearModel"]),
    tests("PlannerTests", ["Planner", "LinearModel", "GLPKSolver"]),
    tests("KernelsTests", ["Kernels", realModule]),
    tests("ExecutorTests", ["Executor", "Kernels", "CostModels", "Plan", "Domain", realModule]),
    tests("EngineFormatsTests", ["EngineFormats", "Domain", "TokenRouting"]),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("CatalogTests", ["Catalog", "Domain", "Diagnostics", "Quantities"]),
    tests(
      "ScenariosTests", ["Scenarios", "Catalog", "Domain", "Diagnostics", "Quantities", yams]),
  ]
)
