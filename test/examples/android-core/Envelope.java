package pushguard;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * An encrypted push: a compact JWE (ECDH-ES, A256GCM) for this device, around a compact JWS (ES256) of the service. Its
 * claims mean something only after every check here.
 */
final class Envelope {
  /** Why an envelope was refused. Show none of these: fetch the envelope once more, then give up. */
  enum Fault {
    MALFORMED,
    ALGORITHM_REFUSED,
    OTHER_DEVICE,
    UNDECRYPTABLE,
    UNKNOWN_SERVICE_KEY,
    BAD_SIGNATURE,
    WRONG_KIND,
    WRONG_CLAIMS,
    OTHER_AUTHENTICATION,
    EXPIRED
  }

  /** An envelope that must not be trusted. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    final Fault fault;

    Refused(Fault fault) {
      super("envelope refused: " + fault);
      this.fault = fault;
    }
  }

  /** ECDH with the device's encryption key, wherever it lies: the x coordinate of the shared point, 32 bytes. */
  interface Agreement {
    byte[] with(ECPublicKey ephemeral) throws GeneralSecurityException;
  }

  /** The service's signing key with this {@code kid}, pinned at enrolment; null when the service publishes no such key. */
  interface ServiceKeys {
    ECPublicKey find(String kid) throws GeneralSecurityException;
  }

  /** Agreement with a key in software. The guide has the one with a key of the Keystore, which needs Android 12. */
  static Agreement inSoftware(PrivateKey encryptionKey) {
    return ephemeral -> agree(KeyAgreement.getInstance("ECDH"), encryptionKey, ephemeral);
  }

  static byte[] agree(KeyAgreement agreement, PrivateKey encryptionKey, ECPublicKey ephemeral)
      throws GeneralSecurityException {
    agreement.init(encryptionKey);
    agreement.doPhase(ephemeral, true);
    return agreement.generateSecret();
  }

  private final String deviceId;
  private final Agreement agreement;
  private final ServiceKeys serviceKeys;

  /** How this device opens envelopes. */
  Envelope(String deviceId, Agreement agreement, ServiceKeys serviceKeys) {
    this.deviceId = deviceId;
    this.agreement = agreement;
    this.serviceKeys = serviceKeys;
  }

  /** The claims of a code's envelope. {@code nowMs}: the service's time. */
  Map<String, Object> openCode(String envelope, String authenticationId, long nowMs)
      throws Refused, GeneralSecurityException {
    Map<String, Object> claims = openSigned(envelope, "pushguard-code+jwt");
    for (String name : new String[] {"authenticationId", "relyingParty", "purpose"}) {
      if (!(claims.get(name) instanceof String)) throw new Refused(Fault.WRONG_CLAIMS);
    }
    if (!authenticationId.equals(claims.get("authenticationId"))) throw new Refused(Fault.OTHER_AUTHENTICATION);
    return withCode(claims, nowMs);
  }

  /** The claims of the envelope of an enrolment's test code. */
  Map<String, Object> openTest(String envelope, long nowMs) throws Refused, GeneralSecurityException {
    return withCode(openSigned(envelope, "pushguard-test+jwt"), nowMs);
  }

  /** The 32 bytes of an authenticator, {@code otp} or {@code sign}. Wrap them under the PIN at once. */
  byte[] openAuthenticator(String envelope, String kind) throws Refused, GeneralSecurityException {
    Map<String, Object> claims = openSigned(envelope, "pushguard-authenticator+jwt");
    Object secret = claims.get("secret");
    if (!isVersion1(claims) || !kind.equals(claims.get("kind")) || !(secret instanceof String)) {
      throw new Refused(Fault.WRONG_CLAIMS);
    }
    if (!deviceId.equals(claims.get("deviceId"))) throw new Refused(Fault.OTHER_DEVICE);
    try {
      return Base64Url.decode((String) secret, 32);
    } catch (IllegalArgumentException wrong) {
      throw new Refused(Fault.WRONG_CLAIMS);
    }
  }

  private Map<String, Object> withCode(Map<String, Object> claims, long nowMs) throws Refused {
    Object code = claims.get("code");
    Object expiresAt = claims.get("expiresAt");
    boolean isCode = code instanceof String && ((String) code).matches("[0-9]{6}");
    if (!isVersion1(claims) || !isCode || !(expiresAt instanceof String)) throw new Refused(Fault.WRONG_CLAIMS);
    if (!deviceId.equals(claims.get("deviceId"))) throw new Refused(Fault.OTHER_DEVICE);
    if (Instants.millisecondsOf((String) expiresAt) <= nowMs) throw new Refused(Fault.EXPIRED);
    return claims;
  }

  private static boolean isVersion1(Map<String, Object> claims) {
    Object version = claims.get("v");
    return version instanceof Number && ((Number) version).doubleValue() == 1;
  }

  private Map<String, Object> openSigned(String envelope, String kind) throws Refused, GeneralSecurityException {
    return verified(decrypted(envelope), kind);
  }

  private String decrypted(String envelope) throws Refused, GeneralSecurityException {
    String[] parts = envelope.split("\\.", -1);
    Map<String, Object> header = headerOf(parts[0]);
    if (!deviceId.equals(header.get("kid"))) throw new Refused(Fault.OTHER_DEVICE);
    if (parts.length != 5) throw new Refused(Fault.MALFORMED);
    // The service never compresses: the length of compressed text shows something of its content.
    boolean isOurs = "ECDH-ES".equals(header.get("alg")) && "A256GCM".equals(header.get("enc"));
    if (!isOurs || header.containsKey("zip") || header.containsKey("crit")) throw new Refused(Fault.ALGORITHM_REFUSED);
    // Party infos would go into the key derivation; the service sends none.
    if (!parts[1].isEmpty() || header.containsKey("apu") || header.containsKey("apv")) {
      throw new Refused(Fault.MALFORMED);
    }
    byte[] iv = decoded(parts[2], 12);
    byte[] tag = decoded(parts[4], 16);
    byte[] ciphertext = decoded(parts[3], -1);
    byte[] key = contentKey(header.get("epk"));
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
      // The header in base64url as it came, not written anew.
      cipher.updateAAD(Bytes.utf8(parts[0]));
      return Bytes.text(cipher.doFinal(Bytes.concat(ciphertext, tag)));
    } catch (GeneralSecurityException | IllegalArgumentException wrong) {
      // Providers differ in the exception for a wrong tag.
      throw new Refused(Fault.UNDECRYPTABLE);
    }
  }

  private byte[] contentKey(Object epk) throws Refused, GeneralSecurityException {
    if (!(epk instanceof Map)) throw new Refused(Fault.MALFORMED);
    ECPublicKey ephemeral;
    try {
      ephemeral = P256.publicKey((Map<?, ?>) epk);
    } catch (GeneralSecurityException wrong) {
      throw new Refused(Fault.UNDECRYPTABLE);
    }
    return concatKdf(agreement.with(ephemeral));
  }

  /**
   * Concat KDF (RFC 7518, 4.6.2), one round of SHA-256: counter, shared secret, algorithm, two empty party infos, bits. It
   * is not the KDF of X9.63, which puts the counter behind the secret.
   */
  static byte[] concatKdf(byte[] sharedSecret) throws GeneralSecurityException {
    byte[] algorithm = Bytes.utf8("A256GCM");
    return Bytes.sha256(
        Bytes.concat(
            Bytes.ofInt(1),
            sharedSecret,
            Bytes.ofInt(algorithm.length),
            algorithm,
            Bytes.ofInt(0),
            Bytes.ofInt(0),
            Bytes.ofInt(256)));
  }

  private Map<String, Object> verified(String jws, String kind) throws Refused, GeneralSecurityException {
    String[] parts = jws.split("\\.", -1);
    Map<String, Object> header = headerOf(parts[0]);
    Object kid = header.get("kid");
    // The header only chooses a key of the service; a key inside it is never used.
    ECPublicKey key = kid instanceof String ? serviceKeys.find((String) kid) : null;
    if (key == null) throw new Refused(Fault.UNKNOWN_SERVICE_KEY);
    if (parts.length != 3) throw new Refused(Fault.MALFORMED);
    if (!"ES256".equals(header.get("alg")) || header.containsKey("crit")) throw new Refused(Fault.ALGORITHM_REFUSED);
    byte[] signature = decoded(parts[2], -1);
    if (!P256.verify(key, Bytes.utf8(parts[0] + "." + parts[1]), signature)) throw new Refused(Fault.BAD_SIGNATURE);
    if (!kind.equals(header.get("typ"))) throw new Refused(Fault.WRONG_KIND);
    try {
      return Json.object(Bytes.text(decoded(parts[1], -1)));
    } catch (IllegalArgumentException wrong) {
      throw new Refused(Fault.WRONG_CLAIMS);
    }
  }

  private static Map<String, Object> headerOf(String part) throws Refused {
    try {
      return Json.object(Bytes.text(Base64Url.decode(part)));
    } catch (IllegalArgumentException wrong) {
      throw new Refused(Fault.MALFORMED);
    }
  }

  /** Bytes of one part; {@code length} -1 for any number. */
  private static byte[] decoded(String part, int length) throws Refused {
    try {
      return length < 0 ? Base64Url.decode(part) : Base64Url.decode(part, length);
    } catch (IllegalArgumentException wrong) {
      throw new Refused(Fault.MALFORMED);
    }
  }
}
