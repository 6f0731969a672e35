// For reading: this file was reviewed line by line against the test vectors, and never compiled by the project.
// Before you use it, run VectorTests.swift in your own project. CryptoKit begins with iOS 13.

import CryptoKit
import XCTest

/// Compares the core with the known answers. Add the JSON files to the resources of your test target, and the sources of
/// the core to the target.
final class VectorTests: XCTestCase {
  func testDeviceProofs() throws {
    let file = try read("device-proof")
    let key = try P256.Signing.PrivateKey(rawRepresentation: scalar(file["signingKey"]))
    for known in cases(file) {
      let name = known.text("name")
      let jti = (known["claims"] as! [String: Any]).text("jti")
      let proof = DeviceProof(
        method: known.text("method"), url: known.text("url"), body: Data(known.text("body").utf8),
        nowMs: known.number("nowMs"), jti: jti)
      let signed = try proof.signed(by: key, deviceId: known["deviceId"] as? String)
      let input = known.text("signingInput")
      XCTAssertTrue(signed.hasPrefix(input + "."), name)
      for signature in [String(signed.dropFirst(input.count + 1)), known.text("signature")] {
        let raw = try P256.Signing.ECDSASignature(rawRepresentation: bytes(signature))
        XCTAssertTrue(key.publicKey.isValidSignature(raw, for: Data(input.utf8)), name)
      }
    }
  }

  func testProofsOfThePin() throws {
    for known in cases(try read("pin-proof")) {
      let purpose = try XCTUnwrap(PinPurpose(rawValue: known.text("purpose")))
      let (id, deviceId, nonce) = (known.text("id"), known.text("deviceId"), known.text("nonce"))
      let match = known["match"] as? String
      let message = purpose.message(id: id, deviceId: deviceId, nonce: nonce, match: match)
      XCTAssertEqual(message.hex, known.text("messageHex"))
      let key = bytes(known.text("knowledgeKey"))
      let proof = purpose.proof(knowledgeKey: key, id: id, deviceId: deviceId, nonce: nonce, match: match)
      XCTAssertEqual(proof, known.text("pinProof"))
    }
  }

  func testChosenPins() throws {
    for known in cases(try read("chosen-pin")) {
      XCTAssertEqual(ChosenPin.judge(known.text("pin")).rawValue, known.text("result"), known.text("pin"))
    }
  }

  func testKnowledgeKeys() throws {
    for known in cases(try read("knowledge-key")) {
      let stretched = bytes(known.text("argon2id"))
      let (key, wrapped) = (bytes(known.text("knowledgeKey")), bytes(known.text("wrapped")))
      XCTAssertEqual(KnowledgeKey.xor(key, stretchedPin: stretched), wrapped)
      XCTAssertEqual(KnowledgeKey.xor(wrapped, stretchedPin: stretched), key)
    }
  }

  func testEnvelopes() throws {
    let code = try read("envelope")
    let claims = code["claims"] as! [String: Any]
    let before = try XCTUnwrap(Envelope.milliseconds(of: claims.text("expiresAt"))) - 1
    let opened = try device(code).openCode(
      code.text("envelope"), authenticationId: claims.text("authenticationId"), nowMs: before)
    XCTAssertEqual(opened.code, claims.text("code"))
    XCTAssertEqual(opened.relyingParty, claims.text("relyingParty"))

    let test = try read("test-envelope")
    let testClaims = test["claims"] as! [String: Any]
    XCTAssertEqual(try device(test).openTest(test.text("envelope"), nowMs: before).code, testClaims.text("code"))

    let authenticator = try read("authenticator-envelope")
    let secret = (authenticator["claims"] as! [String: Any]).text("secret")
    XCTAssertEqual(try device(authenticator).openAuthenticator(authenticator.text("envelope"), kind: "otp"), bytes(secret))
  }

  func testRefusedEnvelopes() throws {
    let file = try read("refused-envelopes")
    for known in cases(file) {
      XCTAssertThrowsError(
        try device(file).openCode(
          known.text("envelope"), authenticationId: file.text("authenticationId"), nowMs: file.number("nowMs"))
      ) { XCTAssertEqual(($0 as? EnvelopeFault)?.rawValue, known.text("fault"), known.text("name")) }
    }
  }

  func testOneTimeCodes() throws {
    for known in cases(try read("one-time-code")) {
      let at = known.number("atMs")
      XCTAssertEqual(OneTimeCode.ofTime(secret: bytes(known.text("secret")), nowMs: at), known.text("code"))
      XCTAssertEqual(OneTimeCode.endOfTime(nowMs: at), known.number("endsAtMs"))
    }
  }

  func testTransactions() throws {
    let file = try read("transaction")
    for known in cases(file) {
      let fields = try (known["transaction"] as! [Any]).map(Transaction.Field.init(parsed:))
      let (id, at) = (known.text("authenticationId"), known.number("atMs"))
      // Compared as bytes, because == of Swift would not see a changed normal form.
      let canonical = try Transaction.canonical(authenticationId: id, fields: fields)
      XCTAssertTrue(canonical.hasSameBytes(as: known.text("canonical")), known.text("name"))
      let question = try Transaction.question(authenticationId: id, fields: fields)
      XCTAssertEqual(question, known.text("question"))
      let input = OneTimeCode.ocraInput(question: question, minute: UInt64(known.number("minute")))
      XCTAssertEqual(input.hex, known.text("dataInputHex"))
      let secret = bytes(known.text("secret"))
      XCTAssertEqual(OneTimeCode.ofTransaction(secret: secret, question: question, nowMs: at), known.text("code"))
    }
    for known in file["refused"] as! [[String: Any]] {
      XCTAssertThrowsError(
        try Transaction.canonical(
          authenticationId: "a", fields: (known["transaction"] as! [Any]).map(Transaction.Field.init(parsed:))))
    }
  }

  func testTapsOfACard() throws {
    let file = try read("card-proof")
    let key = try P256.Signing.PrivateKey(rawRepresentation: scalar(file["cardKey"])).publicKey
    for known in cases(file) {
      let message = CardProof.message(
        authenticationId: known.text("authenticationId"), deviceId: known.text("deviceId"),
        nonce: known.text("nonce"), question: known.text("question"))
      XCTAssertEqual(message.hex, known.text("messageHex"))
      let raw = try P256.Signing.ECDSASignature(rawRepresentation: bytes(known.text("cardProof")))
      XCTAssertTrue(key.isValidSignature(raw, for: message))
      XCTAssertEqual(try CardProof.of(cardAnswer: raw.derRepresentation), known.text("cardProof"))
    }
  }

  private func device(_ file: [String: Any]) throws -> Envelope {
    let service = file["serviceKey"] as! [String: Any]
    let key = try P256.Signing.PublicKey(rawRepresentation: bytes(service.text("x")) + bytes(service.text("y")))
    return Envelope(
      deviceId: file.text("deviceId"),
      encryptionKey: try P256.KeyAgreement.PrivateKey(rawRepresentation: scalar(file["encryptionKey"])),
      serviceKey: { $0 == service.text("kid") ? key : nil })
  }

  private func read(_ name: String) throws -> [String: Any] {
    let url = try XCTUnwrap(Bundle(for: VectorTests.self).url(forResource: name, withExtension: "json"))
    return try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as! [String: Any]
  }

  private func cases(_ file: [String: Any]) -> [[String: Any]] {
    file["cases"] as! [[String: Any]]
  }

  private func scalar(_ jwk: Any?) -> Data {
    bytes((jwk as! [String: Any]).text("d"))
  }

  private func bytes(_ text: String) -> Data {
    Base64URL.decode(text)!
  }
}

private extension Dictionary where Key == String, Value == Any {
  func text(_ name: String) -> String { self[name] as! String }
  func number(_ name: String) -> Int64 { (self[name] as! NSNumber).int64Value }
}
