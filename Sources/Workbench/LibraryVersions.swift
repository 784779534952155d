import GLPKSolver
import Statistics

/// The C libraries in use and their versions, for `shunt doctor`.
public enum LibraryVersions {
  public static var all: [(name: String, version: String)] {
    [("GLPK", GLPKLibrary.version), ("GSL", GSLLibrary.version)]
  }
}
