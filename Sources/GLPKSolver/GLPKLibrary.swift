private import CGLPK

/// The GLPK library in use.
public enum GLPKLibrary {
  /// Its version, such as `5.0`.
  public static var version: String { String(cString: glp_version()) }
}
