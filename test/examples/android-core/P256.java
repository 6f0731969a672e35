package pushguard;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keys and signatures on P-256.
 *
 * No {@code getInstance} here names a provider. Android then chooses by the key: AndroidKeyStore for a key that stays in secure
 * hardware, Conscrypt (AndroidOpenSSL) for any other. "BC" lost these algorithms with Android 9 and 12, and
 * "AndroidOpenSSL" cannot use a key of the Keystore.
 */
final class P256 {
  private static final BigInteger P =
      new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
  private static final BigInteger B =
      new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);
  private static final BigInteger N =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
  /** The DER of a SubjectPublicKeyInfo up to the two coordinates. */
  private static final byte[] SPKI = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
  };

  private P256() {}

  /** A public key as the service takes it: exactly these members, in this order. */
  static Map<String, Object> jwk(ECPublicKey key) {
    Map<String, Object> jwk = new LinkedHashMap<>();
    jwk.put("kty", "EC");
    jwk.put("crv", "P-256");
    jwk.put("x", Base64Url.encode(fixed(key.getW().getAffineX())));
    jwk.put("y", Base64Url.encode(fixed(key.getW().getAffineY())));
    return jwk;
  }

  /**
   * The public key of a JWK. InvalidKeyException for any other key and for a point that is not on the curve: some providers
   * accept such a point, and an agreement with it reveals the private key bit by bit.
   */
  static ECPublicKey publicKey(Map<?, ?> jwk) throws GeneralSecurityException {
    if (!"EC".equals(jwk.get("kty")) || !"P-256".equals(jwk.get("crv"))) throw new InvalidKeyException("not P-256");
    byte[] x = coordinate(jwk.get("x"));
    byte[] y = coordinate(jwk.get("y"));
    if (!isOnCurve(new BigInteger(1, x), new BigInteger(1, y))) throw new InvalidKeyException("not on P-256");
    // Encoded, because a key specification needs AlgorithmParameters "EC", which begin with Android 8.
    X509EncodedKeySpec encoded = new X509EncodedKeySpec(Bytes.concat(SPKI, x, y));
    return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(encoded);
  }

  /** ES256: r and s, each 32 bytes. Java and the Keystore give DER, which no JWS takes. */
  static byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(message);
    return rawOfDer(signature.sign());
  }

  /** Whether the key made this signature of 64 bytes. Never throws for a wrong one. */
  static boolean verify(PublicKey key, byte[] message, byte[] raw) throws GeneralSecurityException {
    if (raw.length != 64 || !isScalar(raw, 0) || !isScalar(raw, 32)) return false;
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initVerify(key);
    signature.update(message);
    try {
      return signature.verify(derOfRaw(raw));
    } catch (SignatureException wrong) {
      return false;
    }
  }

  /** SEQUENCE { INTEGER r, INTEGER s } → r ‖ s. An INTEGER may have a zero in front, or fewer than 32 bytes. */
  static byte[] rawOfDer(byte[] der) throws SignatureException {
    byte[] raw = new byte[64];
    // A signature on P-256 has at most 72 bytes, so each length is one byte.
    if (der.length < 8 || der.length > 72 || der[0] != 0x30 || der[1] != der.length - 2) throw wrongDer();
    int at = 2;
    for (int end = 32; end <= 64; end += 32) {
      if (at + 2 > der.length || der[at] != 0x02) throw wrongDer();
      int length = der[at + 1];
      int from = at + 2;
      at = from + length;
      if (length < 1 || length > 33 || at > der.length || der[from] < 0) throw wrongDer();
      if (length == 33 && der[from] != 0) throw wrongDer();
      int skipped = length == 33 ? 1 : 0;
      System.arraycopy(der, from + skipped, raw, end - (length - skipped), length - skipped);
    }
    if (at != der.length) throw wrongDer();
    return raw;
  }

  /** The reverse of {@link #rawOfDer}. */
  static byte[] derOfRaw(byte[] raw) {
    byte[] r = new BigInteger(1, Arrays.copyOfRange(raw, 0, 32)).toByteArray();
    byte[] s = new BigInteger(1, Arrays.copyOfRange(raw, 32, 64)).toByteArray();
    byte[] sequence = {0x30, (byte) (4 + r.length + s.length)};
    return Bytes.concat(sequence, new byte[] {0x02, (byte) r.length}, r, new byte[] {0x02, (byte) s.length}, s);
  }

  private static boolean isScalar(byte[] raw, int from) {
    BigInteger scalar = new BigInteger(1, Arrays.copyOfRange(raw, from, from + 32));
    return scalar.signum() > 0 && scalar.compareTo(N) < 0;
  }

  private static boolean isOnCurve(BigInteger x, BigInteger y) {
    if (x.compareTo(P) >= 0 || y.compareTo(P) >= 0) return false;
    // y² = x³ − 3x + b
    BigInteger right = x.pow(2).subtract(BigInteger.valueOf(3)).multiply(x).add(B).mod(P);
    return y.pow(2).mod(P).equals(right);
  }

  private static byte[] coordinate(Object text) throws InvalidKeyException {
    if (!(text instanceof String)) throw new InvalidKeyException("a coordinate is missing");
    try {
      return Base64Url.decode((String) text, 32);
    } catch (IllegalArgumentException wrong) {
      throw new InvalidKeyException("a coordinate has 32 bytes");
    }
  }

  /** 32 bytes, with zeros in front. {@code toByteArray} gives 33 for a set highest bit, and fewer for a small number. */
  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[32];
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
    return fixed;
  }

  private static SignatureException wrongDer() {
    return new SignatureException("not a DER signature on P-256");
  }
}
