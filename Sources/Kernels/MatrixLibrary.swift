private import COpenBLAS

/// Why matrices cannot be multiplied on this machine.
public struct MatrixLibraryError: Error, Hashable, Sendable {
  /// One sentence that says what is missing and how to install it.
  public let message: String
}

/// OpenBLAS, opened once and kept to one thread.
///
/// One thread, because a rank stands for one accelerator and is measured alone; ranks that run side
/// by side bring their own threads.
public enum MatrixLibrary {
  private static let opened: Result<String, MatrixLibraryError> = {
    var message = [CChar](repeating: 0, count: 512)
    let status = shunt_openblas_open(&message, Int32(message.count))
    let detail = message.withUnsafeBufferPointer {
      String(decoding: $0.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    switch status {
    case 0: return .success(String(cString: shunt_openblas_configuration()))
    case 1:
      return .failure(
        MatrixLibraryError(
          message: "OpenBLAS is not installed (\(detail)); apt-get install libopenblas-dev"))
    case 3:
      return .failure(
        MatrixLibraryError(
          message: """
            OpenBLAS cannot be kept to one thread (\(detail)), so a rank cannot be measured alone; \
            set OPENBLAS_NUM_THREADS=1 or install libopenblas0-pthread
            """))
    default:
      return .failure(
        MatrixLibraryError(
          message: "OpenBLAS cannot be used: \(detail); apt-get install libopenblas-dev"))
    }
  }()

  /// Opens the library where that was not done yet.
  ///
  /// - Returns: what the library says of itself: version, kernels, threads.
  /// - Throws: ``MatrixLibraryError`` where it is not installed or not usable.
  @discardableResult
  public static func open() throws(MatrixLibraryError) -> String { try opened.get() }
}

/// Which operand of a product is stored the other way round.
public enum Transposed: Sendable {
  case neither, left, right
}

/// `c = a · b + keep · c` with `a` m × k, `b` k × n and `c` m × n, all row by row and dense, but for
/// the operand that is stored transposed.
///
/// - Precondition: ``MatrixLibrary/open()`` has succeeded; sizes are below 2³¹.
/// - Complexity: O(m · n · k); nothing where a size is 0.
public func multiply(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
  rows m: Int, columns n: Int, depth k: Int, transposed: Transposed = .neither, keep: Float = 0
) {
  guard m > 0, n > 0, k > 0 else { return }
  let isLeft = transposed == .left
  let isRight = transposed == .right
  shunt_sgemm(
    isLeft ? 1 : 0, isRight ? 1 : 0, Int32(m), Int32(n), Int32(k), 1, a, Int32(isLeft ? m : k), b,
    Int32(isRight ? k : n), keep, c, Int32(n))
}
