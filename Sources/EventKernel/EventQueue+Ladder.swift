extension EventQueue {
  /// At most this many events are sorted at once without being dealt out again.
  @inlinable static var sortLimit: Int { 48 }

  /// Above this many, events that came near are dealt out instead of waiting in the heap.
  @inlinable static var nearLimit: Int { 1024 }

  /// Adds an event before the end of the sorted part: at its end if it belongs there, which keeps
  /// bursts of equal or rising instants cheap, else to the heap.
  @inlinable
  mutating func scheduleNear(_ entry: Entry) {
    if head < sorted.count ? entry.time >= sorted[sorted.count - 1].time : near.isEmpty {
      if head > Self.nearLimit && head > sorted.count / 2 { dropTaken() }
      sorted.append(entry)
    } else {
      near.pushEvent(entry)
      if near.count > Swift.max(Self.nearLimit, (sorted.count - head) / 2) { dealNear() }
    }
  }

  @inlinable
  mutating func takeNear() -> Event? {
    guard let entry = near.popEvent() else { return nil }
    clock = entry.time
    return entry.event
  }

  /// Forgets the events already taken from the sorted part.
  @inlinable
  mutating func dropTaken() {
    sorted.removeFirst(head)
    head = 0
  }

  /// Deals the heap and the rest of the sorted part into a rung of their own.
  @inlinable
  mutating func dealNear() {
    dropTaken()
    sorted.append(contentsOf: near)
    near.removeAll(keepingCapacity: true)
    dealOrSort()
  }

  /// Brings the earliest events into the sorted part.
  ///
  /// - Precondition: The sorted part and the heap are empty, and something is pending.
  @inlinable
  mutating func refill() {
    sorted.removeAll(keepingCapacity: true)
    head = 0
    while let finest = rungs.indices.last {
      let found = rungs[finest].takeEarliest(into: &sorted)
      if rungs[finest].isUsedUp { spares.append(rungs.removeLast()) }
      if found { return dealOrSort() }
    }
    swap(&sorted, &far)
    dealOrSort()
  }

  /// Leaves the earliest of the events in the sorted part there, in order, and deals the rest out.
  @inlinable
  mutating func dealOrSort() {
    while true {
      let (earliest, latest) = extent()
      if rungs.isEmpty && farFrom <= latest { farFrom = latest < .max ? latest + 1 : latest }
      if sorted.count <= Self.sortLimit || earliest == latest { return sorted.sortEvents() }
      var rung = spares.popLast() ?? LadderRung()
      rung.aim(from: earliest, through: latest, for: sorted.count)
      for entry in sorted { rung.append(entry) }
      sorted.removeAll(keepingCapacity: true)
      _ = rung.takeEarliest(into: &sorted)
      if rung.isUsedUp { spares.append(rung) } else { rungs.append(rung) }
    }
  }

  /// The earliest and the latest instant in the sorted part.
  @inlinable
  func extent() -> (earliest: Int64, latest: Int64) {
    var earliest = Int64.max
    var latest = Int64.min
    for entry in sorted {
      earliest = Swift.min(earliest, entry.time)
      latest = Swift.max(latest, entry.time)
    }
    return (earliest, latest)
  }
}
