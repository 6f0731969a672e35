// For reading: this file was reviewed line by line against the test vectors, and never compiled by the project.
// Before you use it, run VectorTests.swift in your own project. CryptoKit begins with iOS 13.

import Foundation

/// Base64url without padding (RFC 4648, section 5). Foundation has base64 alone.
enum Base64URL {
  static func encode(_ data: Data) -> String {
    data.base64EncodedString()
      .replacingOccurrences(of: "+", with: "-")
      .replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
  }

  /// Decodes the one canonical text of some bytes; nil for any other text, and for another number of bytes.
  static func decode(_ text: String, count: Int? = nil) -> Data? {
    let padded = text
      .replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
      + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    // Compared as bytes: two texts for the same bytes would make two tokens of one, and "+" must not pass for "-".
    guard let data = Data(base64Encoded: padded), encode(data).hasSameBytes(as: text) else { return nil }
    return count == nil || data.count == count ? data : nil
  }
}

extension String {
  /// `==` of Swift holds é and e + U+0301 to be equal. An id is compared byte for byte.
  func hasSameBytes(as other: String) -> Bool {
    utf8.elementsEqual(other.utf8)
  }
}

extension Data {
  /// The parts in UTF-8 with one zero byte between each two.
  init(joinedByZero parts: [String]) {
    self = Data(parts.map { Data($0.utf8) }.joined(separator: [0]))
  }

  /// Big-endian bytes of a number: four of a UInt32, eight of a UInt64.
  init<Number: FixedWidthInteger>(bigEndian number: Number) {
    self = Swift.withUnsafeBytes(of: number.bigEndian) { Data($0) }
  }

  var hex: String {
    map { String(format: "%02x", $0) }.joined()
  }
}
