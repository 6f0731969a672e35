// For reading: this file was reviewed line by line against the test vectors, and never compiled by the project.
// Before you use it, run VectorTests.swift in your own project. CryptoKit begins with iOS 13.

import CryptoKit
import Foundation
import Security

/// The two keys of this installation. In the Secure Enclave the private parts are made, and never leave it; what is stored
/// in the Keychain is a handle that only this Enclave can read.
struct EnclaveKeys {
  let signing: SecureEnclave.P256.Signing.PrivateKey
  let encryption: SecureEnclave.P256.KeyAgreement.PrivateKey

  /// New keys, for an enrolment. Throws where `SecureEnclave.isAvailable` is false: iPhone 5c and older, old simulators.
  static func generate() throws -> EnclaveKeys {
    EnclaveKeys(
      signing: try SecureEnclave.P256.Signing.PrivateKey(accessControl: access()),
      encryption: try SecureEnclave.P256.KeyAgreement.PrivateKey(accessControl: access()))
  }

  /// `.privateKeyUsage` alone: a push is opened while the phone is locked, and a proof of the device is made without a
  /// person. The person's knowledge is the PIN, which the service counts. `.userPresence` and `.biometryCurrentSet` would
  /// stop the extension, and lose the keys when a face or a finger is added.
  private static func access() throws -> SecAccessControl {
    var error: Unmanaged<CFError>?
    guard let access = SecAccessControlCreateWithFlags(
      nil, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage, &error)
    else { throw error!.takeRetainedValue() as Error }
    return access
  }

  /// Reads the keys; nil after a restore on another phone, where the handles open nothing: enrol anew.
  static func stored(in group: String) -> EnclaveKeys? {
    guard let signing = Keychain.read("signing-key", group: group),
      let encryption = Keychain.read("encryption-key", group: group),
      let signingKey = try? SecureEnclave.P256.Signing.PrivateKey(dataRepresentation: signing),
      let encryptionKey = try? SecureEnclave.P256.KeyAgreement.PrivateKey(dataRepresentation: encryption)
    else { return nil }
    return EnclaveKeys(signing: signingKey, encryption: encryptionKey)
  }

  func store(in group: String) throws {
    try Keychain.write("signing-key", signing.dataRepresentation, group: group)
    try Keychain.write("encryption-key", encryption.dataRepresentation, group: group)
  }
}

/// Small secrets: the handles of the keys, the wrapped knowledge key, and the wrapped secrets of authenticators.
enum Keychain {
  struct Failure: Error {
    let status: OSStatus
  }

  static func read(_ name: String, group: String) -> Data? {
    var query = item(name, group: group)
    query[kSecReturnData as String] = true
    var found: CFTypeRef?
    return SecItemCopyMatching(query as CFDictionary, &found) == errSecSuccess ? found as? Data : nil
  }

  /// Overwrites in one step: two wrappings of one knowledge key must never lie side by side. The class by default is that of
  /// what the extension reads while the phone is locked; a wrapped key is stored `WhenUnlockedThisDeviceOnly`. Neither is in
  /// a backup that another phone can read.
  static func write(
    _ name: String, _ value: Data, group: String,
    accessible: CFString = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
  ) throws {
    let attributes: [String: Any] = [kSecValueData as String: value, kSecAttrAccessible as String: accessible]
    let query = item(name, group: group)
    var status = SecItemUpdate(query as CFDictionary, attributes as CFDictionary)
    if status == errSecItemNotFound {
      status = SecItemAdd(query.merging(attributes) { _, new in new } as CFDictionary, nil)
    }
    guard status == errSecSuccess else { throw Failure(status: status) }
  }

  private static func item(_ name: String, group: String) -> [String: Any] {
    [
      kSecClass as String: kSecClassGenericPassword,
      kSecAttrService as String: "pushguard",
      kSecAttrAccount as String: name,
      kSecAttrAccessGroup as String: group,
      kSecAttrSynchronizable as String: false,
    ]
  }
}
