package pushguard;

import java.security.GeneralSecurityException;

/**
 * The proof that the person typed the right PIN. Every request has its own nonce, so a captured proof is good for no other.
 * Never log a proof: together with the wrapped key it lets PINs be tried without the service.
 */
final class PinProof {
  /** The purposes. The labels keep a proof for one purpose from being valid for another. */
  enum Purpose {
    OPEN("open"),
    SMS("sms"),
    PIN("pin"),
    AUTHENTICATOR("authenticator"),
    REGISTRATION("registration"),
    ALERT_CONFIRM("alert-confirm"),
    ALERT_OBJECT("alert-object");

    final String text;

    Purpose(String text) {
      this.text = text;
    }
  }

  private PinProof() {}

  /** base64url(HMAC-SHA256(K, label 00 id 00 deviceId 00 nonce)). */
  static String of(byte[] knowledgeKey, Purpose purpose, String id, String deviceId, String nonce)
      throws GeneralSecurityException {
    return Base64Url.encode(Bytes.hmacSha256(knowledgeKey, message(purpose, id, deviceId, nonce)));
  }

  static byte[] message(Purpose purpose, String id, String deviceId, String nonce) {
    return Bytes.joinedByZero("pushguard-" + purpose.text + "-v1", id, deviceId, nonce);
  }
}
