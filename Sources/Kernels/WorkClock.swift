#if canImport(Glibc)
  private import Glibc
#elseif canImport(Darwin)
  private import Darwin
#endif

/// Clocks of work that is measured.
public enum WorkClock: Sendable {
  /// Time that the calling thread has spent on a core: what a rank's work takes when it runs alone,
  /// whoever else wants the core.
  case thread
  /// Time that has passed.
  case wall

  /// Seconds since some fixed instant.
  public var now: Double {
    var time = timespec()
    clock_gettime(self == .thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Seconds that `body` takes.
  @inline(__always)
  public func seconds(_ body: () -> Void) -> Double {
    let start = now
    body()
    return now - start
  }

  /// Mean seconds of `body`, repeated until `seconds` have passed and at least `least` times.
  public func secondsPerRepetition(
    during seconds: Double, atLeast least: Int = 1, _ body: () -> Void
  ) -> Double {
    var count = 0
    let start = now
    var passed = 0.0
    repeat {
      body()
      count += 1
      passed = now - start
    } while passed < seconds || count < least
    return passed / Double(count)
  }
}
