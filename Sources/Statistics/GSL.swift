private import CGSL

/// The one place that prepares GSL for use.
///
/// GSL's default reaction to a bad argument is to abort the process. We check arguments in Swift
/// first and switch its handler off once, before the first call, so that a slip shows as a NaN or
/// a status in a test, not as a dead simulation.
enum GSL {
  /// Touch this before calling a GSL function that can report an error.
  static let ready: Void = {
    _ = gsl_set_error_handler_off()
  }()
}
