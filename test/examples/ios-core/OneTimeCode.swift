// For reading: this file was reviewed line by line against the test vectors, and never compiled by the project.
// Before you use it, run VectorTests.swift in your own project. CryptoKit begins with iOS 13.

import CryptoKit
import Foundation

/// Codes that the phone computes by itself, from the 32-byte secret of an authenticator. They need no network.
enum OneTimeCode {
  private static let transactionSuite = "OCRA-1:HOTP-SHA256-8:QA64-T1M"
  /// The bytes that OCRA reserves for the question.
  private static let questionBytes = 128

  /// The six digits of this half minute: TOTP (RFC 6238) with SHA-256. `nowMs`: the service's time.
  static func ofTime(secret: Data, nowMs: Int64) -> String {
    hotp(secret: secret, message: Data(bigEndian: UInt64(nowMs / 30_000)), digits: 6)
  }

  /// When the next code begins, in milliseconds of the service's time.
  static func endOfTime(nowMs: Int64) -> Int64 {
    (nowMs / 30_000 + 1) * 30_000
  }

  /// The eight digits that approve one transaction in this minute: OCRA (RFC 6287) over `Transaction.question`. The code is
  /// the payer's consent: compute it after the person has seen every field and typed the PIN.
  static func ofTransaction(secret: Data, question: String, nowMs: Int64) -> String {
    hotp(secret: secret, message: ocraInput(question: question, minute: UInt64(nowMs / 60_000)), digits: 8)
  }

  static func ocraInput(question: String, minute: UInt64) -> Data {
    let text = Data(question.utf8)
    let padding = Data(count: questionBytes - text.count)
    return Data("\(transactionSuite)\0".utf8) + text + padding + Data(bigEndian: minute)
  }

  /// Decimal digits of an HMAC at the offset that its last four bits give (RFC 4226, 5.3).
  private static func hotp(secret: Data, message: Data, digits: Int) -> String {
    let mac = Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
    let offset = Int(mac[mac.count - 1] & 0x0f)
    let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
    let modulus = (0..<digits).reduce(UInt32(1)) { product, _ in product * 10 }
    let code = String(number % modulus)
    return String(repeating: "0", count: digits - code.count) + code
  }
}

/// A transaction for which no code may be computed.
struct NotSignable: Error {}

/// What the person approves with one code. Show every field, in order, as it is.
enum Transaction {
  /// One row of the transaction.
  struct Field {
    let label: String
    let value: String

    init(label: String, value: String) {
      self.label = label
      self.value = value
    }

    /// A field of the member `transaction` as JSONSerialization parses it: exactly these two texts. With other members,
    /// different transactions would have one digest.
    init(parsed: Any) throws {
      guard let members = parsed as? [String: Any], members.count == 2,
        let label = members["label"] as? String, let value = members["value"] as? String
      else { throw NotSignable() }
      self.init(label: label, value: value)
    }
  }

  /// The OCRA question: SHA-256 of the canonical text, as 64 lower-case hexadecimal characters.
  static func question(authenticationId: String, fields: [Field]) throws -> String {
    let text = try canonical(authenticationId: authenticationId, fields: fields)
    return Data(SHA256.hash(data: Data(text.utf8))).hex
  }

  /// JSON of `["pushguard-transaction-v1", authenticationId, [[label, value], …]]`. Nothing is trimmed or normalised.
  static func canonical(authenticationId: String, fields: [Field]) throws -> String {
    // A text of Swift has no lone surrogates; U+FFFD stands for a character that was lost before.
    let isSignable = fields.allSatisfy { field in
      [field.label, field.value].allSatisfy { !$0.isEmpty && !$0.unicodeScalars.contains("\u{fffd}") }
    }
    guard !fields.isEmpty, isSignable else { throw NotSignable() }
    let pairs = fields.map { JSONText.array([.text($0.label), .text($0.value)]) }
    return JSONText.array([.text("pushguard-transaction-v1"), .text(authenticationId), .array(pairs)]).written
  }
}

/// The tap of an institution's card. A real card gets this message by NFC (Core NFC, ISO 7816) and signs it: its key never
/// leaves it.
enum CardProof {
  static func message(authenticationId: String, deviceId: String, nonce: String, question: String) -> Data {
    Data(joinedByZero: ["pushguard-card-v1", authenticationId, deviceId, nonce, question])
  }

  /// The value of `cardProof`, of what the card answered: 64 bytes, or DER.
  static func of(cardAnswer: Data) throws -> String {
    if cardAnswer.count == 64 { return Base64URL.encode(cardAnswer) }
    return Base64URL.encode(try P256.Signing.ECDSASignature(derRepresentation: cardAnswer).rawRepresentation)
  }
}
