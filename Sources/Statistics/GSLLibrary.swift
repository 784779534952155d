private import CGSL

/// The GSL library that this build was compiled against.
public enum GSLLibrary {
  /// Its version, such as `2.7.1`.
  public static var version: String { GSL_VERSION }
}
