// For reading: this file was reviewed line by line against the test vectors, and never compiled by the project.
// Before you use it, run VectorTests.swift in your own project. CryptoKit begins with iOS 13.

import CryptoKit
import Foundation

/// An encryption key of this device: in the Secure Enclave, or in software where there is none.
protocol DeviceAgreement {
  func sharedSecretFromKeyAgreement(with publicKeyShare: P256.KeyAgreement.PublicKey) throws -> SharedSecret
}

extension P256.KeyAgreement.PrivateKey: DeviceAgreement {}
extension SecureEnclave.P256.KeyAgreement.PrivateKey: DeviceAgreement {}

/// Why an envelope was refused. Show none of these: fetch the envelope once more, then give up.
enum EnvelopeFault: String, Error {
  case malformed
  case algorithmRefused = "algorithm_refused"
  case otherDevice = "other_device"
  case undecryptable
  case unknownServiceKey = "unknown_service_key"
  case badSignature = "bad_signature"
  case wrongKind = "wrong_kind"
  case wrongClaims = "wrong_claims"
  case otherAuthentication = "other_authentication"
  case expired
}

/// The content of a code's envelope.
struct CodeClaims: Decodable {
  let v: Int
  let authenticationId, deviceId, code, relyingParty, purpose, expiresAt: String
}

/// The content of the envelope of an enrolment's test code.
struct TestClaims: Decodable {
  let v: Int
  let deviceId, code, expiresAt: String
}

private struct AuthenticatorClaims: Decodable {
  let v: Int
  let deviceId, kind, secret: String
}

/// Opens encrypted pushes: a compact JWE (ECDH-ES, A256GCM) for this device, around a compact JWS (ES256) of the service.
/// The claims mean something only after every check here.
struct Envelope {
  let deviceId: String
  let encryptionKey: DeviceAgreement
  /// The service's signing key with this `kid`, pinned at enrolment; nil when the service publishes no such key.
  let serviceKey: (String) -> P256.Signing.PublicKey?

  /// `nowMs`: the service's time.
  func openCode(_ envelope: String, authenticationId: String, nowMs: Int64) throws -> CodeClaims {
    let claims: CodeClaims = try openSigned(envelope, kind: "pushguard-code+jwt")
    guard claims.authenticationId.hasSameBytes(as: authenticationId) else { throw EnvelopeFault.otherAuthentication }
    try check(v: claims.v, deviceId: claims.deviceId, code: claims.code, expiresAt: claims.expiresAt, nowMs: nowMs)
    return claims
  }

  func openTest(_ envelope: String, nowMs: Int64) throws -> TestClaims {
    let claims: TestClaims = try openSigned(envelope, kind: "pushguard-test+jwt")
    try check(v: claims.v, deviceId: claims.deviceId, code: claims.code, expiresAt: claims.expiresAt, nowMs: nowMs)
    return claims
  }

  /// The 32 bytes of an authenticator, `otp` or `sign`. Wrap them under the PIN at once.
  func openAuthenticator(_ envelope: String, kind: String) throws -> Data {
    let claims: AuthenticatorClaims = try openSigned(envelope, kind: "pushguard-authenticator+jwt")
    guard claims.v == 1, claims.kind.hasSameBytes(as: kind), let secret = Base64URL.decode(claims.secret, count: 32)
    else { throw EnvelopeFault.wrongClaims }
    guard claims.deviceId.hasSameBytes(as: deviceId) else { throw EnvelopeFault.otherDevice }
    return secret
  }

  private func check(v: Int, deviceId claimed: String, code: String, expiresAt: String, nowMs: Int64) throws {
    let isCode = code.utf8.count == 6 && code.utf8.allSatisfy { (48...57).contains($0) }
    guard v == 1, isCode else { throw EnvelopeFault.wrongClaims }
    guard claimed.hasSameBytes(as: deviceId) else { throw EnvelopeFault.otherDevice }
    // A time that cannot be read counts as expired.
    guard let end = Self.milliseconds(of: expiresAt), end > nowMs else { throw EnvelopeFault.expired }
  }

  private func openSigned<Claims: Decodable>(_ envelope: String, kind: String) throws -> Claims {
    try verified(try decrypted(envelope), kind: kind)
  }

  private struct OuterHeader: Decodable {
    struct Point: Decodable {
      let kty, crv, x, y: String
    }
    let alg, enc, kid, zip, apu, apv: String?
    let crit: [String]?
    let epk: Point?
  }

  private func decrypted(_ envelope: String) throws -> String {
    let parts = envelope.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let header: OuterHeader = try Self.header(parts[0])
    guard let kid = header.kid, kid.hasSameBytes(as: deviceId) else { throw EnvelopeFault.otherDevice }
    guard parts.count == 5 else { throw EnvelopeFault.malformed }
    // The service never compresses: the length of compressed text shows something of its content.
    guard header.alg == "ECDH-ES", header.enc == "A256GCM", header.zip == nil, header.crit == nil
    else { throw EnvelopeFault.algorithmRefused }
    // Direct agreement has no encrypted key. Party infos would go into the key derivation; the service sends none.
    guard parts[1].isEmpty, header.apu == nil, header.apv == nil, let epk = header.epk,
      let iv = Base64URL.decode(parts[2], count: 12), let ciphertext = Base64URL.decode(parts[3]),
      let tag = Base64URL.decode(parts[4], count: 16)
    else { throw EnvelopeFault.malformed }
    do {
      let key = try contentKey(epk)
      let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: iv), ciphertext: ciphertext, tag: tag)
      // The header in base64url as it came, not written anew.
      let plaintext = try AES.GCM.open(box, using: key, authenticating: Data(parts[0].utf8))
      return String(decoding: plaintext, as: UTF8.self)
    } catch {
      throw EnvelopeFault.undecryptable
    }
  }

  /// CryptoKit refuses a point that is not on the curve.
  private func contentKey(_ epk: OuterHeader.Point) throws -> SymmetricKey {
    guard epk.kty == "EC", epk.crv == "P-256", let x = Base64URL.decode(epk.x, count: 32),
      let y = Base64URL.decode(epk.y, count: 32)
    else { throw EnvelopeFault.undecryptable }
    let ephemeral = try P256.KeyAgreement.PublicKey(rawRepresentation: x + y)
    let secret = try encryptionKey.sharedSecretFromKeyAgreement(with: ephemeral)
    return SymmetricKey(data: Self.concatKDF(secret.withUnsafeBytes { Data($0) }))
  }

  /// Concat KDF (RFC 7518, 4.6.2), one round of SHA-256: counter, shared secret, algorithm, two empty party infos, bits. It
  /// is not `x963DerivedSymmetricKey`, which puts the counter behind the secret, and not HKDF.
  static func concatKDF(_ secret: Data) -> Data {
    let algorithm = Data("A256GCM".utf8)
    var input = Data(bigEndian: UInt32(1)) + secret
    input += Data(bigEndian: UInt32(algorithm.count)) + algorithm
    input += Data(bigEndian: UInt32(0)) + Data(bigEndian: UInt32(0)) + Data(bigEndian: UInt32(256))
    return Data(SHA256.hash(data: input))
  }

  private struct InnerHeader: Decodable {
    let alg, typ, kid: String?
    let crit: [String]?
  }

  private func verified<Claims: Decodable>(_ jws: String, kind: String) throws -> Claims {
    let parts = jws.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let header: InnerHeader = try Self.header(parts[0])
    // The header only chooses a key of the service; a key inside it is never used.
    guard let kid = header.kid, let key = serviceKey(kid) else { throw EnvelopeFault.unknownServiceKey }
    guard parts.count == 3 else { throw EnvelopeFault.malformed }
    guard header.alg == "ES256", header.crit == nil else { throw EnvelopeFault.algorithmRefused }
    guard let raw = Base64URL.decode(parts[2]), let payload = Base64URL.decode(parts[1])
    else { throw EnvelopeFault.malformed }
    guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: raw),
      key.isValidSignature(signature, for: Data("\(parts[0]).\(parts[1])".utf8))
    else { throw EnvelopeFault.badSignature }
    guard header.typ == kind else { throw EnvelopeFault.wrongKind }
    // JSONDecoder refuses true for a number and a number for a text. JSONSerialization gives 1 for true.
    guard let claims = try? JSONDecoder().decode(Claims.self, from: payload) else { throw EnvelopeFault.wrongClaims }
    return claims
  }

  private static func header<Header: Decodable>(_ part: String) throws -> Header {
    guard let bytes = Base64URL.decode(part), let header = try? JSONDecoder().decode(Header.self, from: bytes)
    else { throw EnvelopeFault.malformed }
    return header
  }

  /// Milliseconds since 1970 of a time of RFC 3339; nil for a text that is none.
  static func milliseconds(of text: String) -> Int64? {
    let formatter = ISO8601DateFormatter()
    // With the option, a time without a fraction is refused; without it, one with a fraction.
    for options: ISO8601DateFormatter.Options in [[.withInternetDateTime, .withFractionalSeconds], .withInternetDateTime] {
      formatter.formatOptions = options
      if let date = formatter.date(from: text) { return Int64((date.timeIntervalSince1970 * 1000).rounded()) }
    }
    return nil
  }
}
