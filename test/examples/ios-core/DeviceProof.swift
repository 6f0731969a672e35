// For reading: this file was reviewed line by line against the test vectors, and never compiled by the project.
// Before you use it, run VectorTests.swift in your own project. CryptoKit begins with iOS 13.

import CryptoKit
import Foundation

/// A signing key of this device: in the Secure Enclave, or in software where there is none.
protocol DeviceSigner {
  var publicKey: P256.Signing.PublicKey { get }
  func signature<D: DataProtocol>(for data: D) throws -> P256.Signing.ECDSASignature
}

extension P256.Signing.PrivateKey: DeviceSigner {}
extension SecureEnclave.P256.Signing.PrivateKey: DeviceSigner {}

/// The header `Device-Proof`: a compact JWS (ES256) that binds one request, with its body, to this device.
struct DeviceProof {
  /// As it is sent: `POST`.
  let method: String
  /// Absolute.
  let url: String
  /// The exact bytes that are sent; empty for a request without a body. Write the JSON once, and send what was proven.
  let body: Data
  /// The service's time: this phone's clock, corrected by the header Date of the service's last answer.
  let nowMs: Int64
  /// Only tests set it. A proof is valid once: make a new one for each request, and for a repeated one too.
  var jti = Base64URL.encode(SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) })

  /// `deviceId` is nil at enrolment alone: the proof then contains the public key.
  func signed(by signer: DeviceSigner, deviceId: String?) throws -> String {
    let input = signingInput(deviceId: deviceId, publicKey: signer.publicKey)
    // rawRepresentation is r and s, each 32 bytes, as ES256 wants them. SecKeyCreateSignature gives DER.
    let signature = try signer.signature(for: Data(input.utf8)).rawRepresentation
    return input + "." + Base64URL.encode(signature)
  }

  func signingInput(deviceId: String?, publicKey: P256.Signing.PublicKey) -> String {
    let jwk = Self.jwk(publicKey.rawRepresentation)
    let key = deviceId.map { (name: "kid", value: JSONText.text($0)) } ?? (name: "jwk", value: jwk)
    let header = JSONText.object([("alg", .text("ES256")), ("typ", .text("device-proof+jwt")), key])
    let claims = JSONText.object([
      ("htm", .text(method)),
      ("htu", .text(String(url.prefix(while: { $0 != "?" && $0 != "#" })))),
      ("iat", .number(Int(nowMs / 1000))),
      ("jti", .text(jti)),
      ("bh", .text(Base64URL.encode(Data(SHA256.hash(data: body))))),
    ])
    return [header, claims].map { Base64URL.encode(Data($0.written.utf8)) }.joined(separator: ".")
  }

  /// A public key as the service takes it, of the 64 bytes of its `rawRepresentation`.
  static func jwk(_ raw: Data) -> JSONText {
    .object([
      ("kty", .text("EC")),
      ("crv", .text("P-256")),
      ("x", .text(Base64URL.encode(Data(raw.prefix(32))))),
      ("y", .text(Base64URL.encode(Data(raw.suffix(32))))),
    ])
  }
}
