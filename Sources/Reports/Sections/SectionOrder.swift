/// The sections of a report in the order they are read.
enum SectionOrder {
  static let all: [any ReportSection] = [
    VerdictSection(), RankingSection(), TimeSection(), BalanceSection(), PlacementSection(),
    NetworkSection(), MemorySection(), StepSection(), SensitivitySection(), PlannerSection(),
    RealitySection(), AssumptionsSection(),
  ]
}
