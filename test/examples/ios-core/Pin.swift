// For reading: this file was reviewed line by line against the test vectors, and never compiled by the project.
// Before you use it, run VectorTests.swift in your own project. CryptoKit begins with iOS 13.

import CryptoKit
import Foundation

/// The purposes of a proof of the PIN. The labels keep a proof for one purpose from being valid for another.
enum PinPurpose: String {
  case open, approve, sms, pin, authenticator, registration
  case alertConfirm = "alert-confirm"
  case alertObject = "alert-object"

  /// base64url(HMAC-SHA256(K, label 00 id 00 deviceId 00 nonce)); with `approve` also 00 and the two digits that the person
  /// typed, which is nil for any other purpose. Never log it: together with the wrapped key it lets PINs be tried without
  /// the service.
  func proof(knowledgeKey: Data, id: String, deviceId: String, nonce: String, match: String? = nil) -> String {
    let input = message(id: id, deviceId: deviceId, nonce: nonce, match: match)
    let mac = HMAC<SHA256>.authenticationCode(for: input, using: SymmetricKey(data: knowledgeKey))
    return Base64URL.encode(Data(mac))
  }

  func message(id: String, deviceId: String, nonce: String, match: String? = nil) -> Data {
    Data(joinedByZero: ["pushguard-\(rawValue)-v1", id, deviceId, nonce] + (match.map { [$0] } ?? []))
  }
}

/// The knowledge key K: 32 random bytes that the phone tells the service once and stores wrapped under the PIN. The
/// secrets of authenticators are wrapped likewise.
///
/// There is no integrity tag, on purpose: every PIN gives some 32 bytes, and only the service can tell which are K. An app
/// that adds a checksum, or seals the result under the PIN, lets a thief try all PINs.
enum KnowledgeKey {
  static func generate() -> Data {
    SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
  }

  /// Wraps K, or unwraps it: both are XOR with Argon2id of the PIN, which a library computes (the guide names some). For a
  /// wrong PIN the result is 32 other bytes, without any error.
  static func xor(_ key: Data, stretchedPin: Data) -> Data {
    precondition(key.count == 32 && stretchedPin.count == 32)
    return Data(zip(key, stretchedPin).map { $0 ^ $1 })
  }
}

/// The judgement of a PIN that a person chooses. Ask before any request, because the service never sees a PIN.
enum ChosenPin: String {
  case accepted, malformed, guessable

  /// Popular PINs that no rule below covers.
  private static let popular: Set<String> = [
    "112233", "332211", "111222", "123321", "100200", "101010", "147258", "258369", "159753", "456123", "789456",
    "142536", "135790", "246810", "102030", "010203",
  ]

  static func judge(_ pin: String) -> ChosenPin {
    let digits = pin.utf8.map { Int($0) - 48 }
    // Character.isNumber also holds for the digits of other scripts.
    guard digits.count == 6, digits.allSatisfy({ (0...9).contains($0) }) else { return .malformed }
    let repeats = (1...3).contains { digits.dropFirst($0).elementsEqual(digits.dropLast($0)) }
    // 123456 and 890123 for step 1, 654321 and 210987 for step 9, which is one down modulo 10.
    let isSequence = [1, 9].contains { step in
      zip(digits, digits.dropFirst()).allSatisfy { ($0 + step) % 10 == $1 }
    }
    return popular.contains(pin) || repeats || isSequence ? .guessable : .accepted
  }
}
