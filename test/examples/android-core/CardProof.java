package pushguard;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;

/** The tap of an institution's card. A real card gets {@link #message} by NFC and signs it: its key never leaves it. */
final class CardProof {
  private CardProof() {}

  /** {@code question} is that of {@link Transaction}. A card that answers DER needs {@link P256#rawOfDer}. */
  static byte[] message(String authenticationId, String deviceId, String nonce, String question) {
    return Bytes.joinedByZero("pushguard-card-v1", authenticationId, deviceId, nonce, question);
  }

  /** A card in software, for tests. */
  static String sign(PrivateKey cardKey, byte[] message) throws GeneralSecurityException {
    return Base64Url.encode(P256.sign(cardKey, message));
  }

  static boolean verify(PublicKey cardKey, byte[] message, String cardProof) throws GeneralSecurityException {
    return P256.verify(cardKey, message, Base64Url.decode(cardProof));
  }
}
