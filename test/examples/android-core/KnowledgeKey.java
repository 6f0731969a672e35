package pushguard;

import java.security.SecureRandom;

/**
 * The knowledge key K: 32 random bytes that the phone tells the service once and stores wrapped under the PIN. The secrets
 * of authenticators are wrapped likewise.
 *
 * There is no integrity tag, on purpose: every PIN gives some 32 bytes, and only the service can tell which are K. An app
 * that adds a checksum, or encrypts the result with an authenticated cipher under the PIN, lets a thief try all PINs.
 */
final class KnowledgeKey {
  /** Argon2id, which neither Java nor Android has. The guide names libraries. */
  interface Argon2id {
    /** 32 bytes of Argon2id version 1.3 of the PIN in ASCII, without a secret and without associated data. */
    byte[] stretch(String pin, byte[] salt, int memoryKiB, int passes, int lanes);
  }

  private KnowledgeKey() {}

  static byte[] generate() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** Wraps K, or unwraps it: both are XOR with the stretched PIN. For a wrong PIN the result is 32 other bytes. */
  static byte[] xor(byte[] key, byte[] stretched) {
    if (key.length != 32 || stretched.length != 32) throw new IllegalArgumentException("not 32 bytes");
    byte[] result = new byte[32];
    for (int at = 0; at < 32; at += 1) result[at] = (byte) (key[at] ^ stretched[at]);
    return result;
  }
}
