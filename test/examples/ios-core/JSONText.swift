// For reading: this file was reviewed line by line against the test vectors, and never compiled by the project.
// Before you use it, run VectorTests.swift in your own project. CryptoKit begins with iOS 13.

/// A JSON text that is written by hand, because the digest of a transaction covers its bytes: they are those of
/// ECMAScript's `JSON.stringify`. JSONSerialization and JSONEncoder write `\/` for `/`, and order members as they like.
indirect enum JSONText {
  case text(String)
  case number(Int)
  case array([JSONText])
  case object([(name: String, value: JSONText)])

  var written: String {
    switch self {
    case .text(let text):
      return Self.quoted(text)
    case .number(let number):
      return String(number)
    case .array(let elements):
      return "[" + elements.map(\.written).joined(separator: ",") + "]"
    case .object(let members):
      return "{" + members.map { Self.quoted($0.name) + ":" + $0.value.written }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    // Scalars, not characters: Swift counts CR LF as one character.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\u{8}": out += "\\b"
      case "\u{c}": out += "\\f"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
