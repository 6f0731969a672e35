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
    APPROVE("approve"),
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

  /**
   * base64url(HMAC-SHA256(K, label 00 id 00 deviceId 00 nonce)); with APPROVE also 00 and the two digits that the person
   * typed, which is null for any other purpose.
   */
  static String of(byte[] knowledgeKey, Purpose purpose, String id, String deviceId, String nonce, String match)
      throws GeneralSecurityException {
    return Base64Url.encode(Bytes.hmacSha256(knowledgeKey, message(purpose, id, deviceId, nonce, match)));
  }

  static byte[] message(Purpose purpose, String id, String deviceId, String nonce, String match) {
    String label = "pushguard-" + purpose.text + "-v1";
    return match == null
        ? Bytes.joinedByZero(label, id, deviceId, nonce)
        : Bytes.joinedByZero(label, id, deviceId, nonce, match);
  }
}
