import EventKernel

let a = CommandLine.arguments
if a[1] == "hold" {
  for (pending, events) in [(1000, 2_000_000), (100_000, 2_000_000), (1_000_000, 2_000_000)] {
    let a = hold(EventQueue<Payload>.self, pending: pending, events: events)
    let b = hold(HeapEventQueue<Payload>.self, pending: pending, events: events)
    print(
      pending, a.eventsPerSecond / 1e6, b.eventsPerSecond / 1e6, a.last == b.last,
      a.check == b.check, a.last, a.check)
  }
} else {
  try fluidOnce(
    Int(a[2])!, fabric: a[1] == "rail" ? .railOptimized : .fatTree,
    a[3] == "a" ? .analytic : .fluid(tolerance: Double(a[3])!))
}
