package pushguard;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.LinkedHashMap;
import java.util.Map;

/** The header {@code Device-Proof}: a compact JWS (ES256) that binds one request, with its body, to this device. */
final class DeviceProof {
  private DeviceProof() {}

  /** The proof of an enrolled device. It is valid once: make a new one for each request, and for a repeated one too. */
  static String of(PrivateKey signingKey, String deviceId, Request request) throws GeneralSecurityException {
    return signed(signingKey, "kid", deviceId, request);
  }

  /** The proof of an enrolment, which has no device id yet and contains the public key instead. */
  static String ofEnrolment(PrivateKey signingKey, ECPublicKey publicKey, Request request)
      throws GeneralSecurityException {
    return signed(signingKey, "jwk", P256.jwk(publicKey), request);
  }

  /** What is signed; the tests compare it, because no two ES256 signatures are the same. */
  static String signingInput(String member, Object key, Request request) throws GeneralSecurityException {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", "ES256");
    header.put("typ", "device-proof+jwt");
    header.put(member, key);
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("htm", request.method);
    claims.put("htu", request.url.replaceFirst("[?#].*", ""));
    claims.put("iat", request.nowMs / 1000);
    claims.put("jti", request.jti);
    claims.put("bh", Base64Url.encode(Bytes.sha256(request.body)));
    return part(header) + "." + part(claims);
  }

  private static String signed(PrivateKey signingKey, String member, Object key, Request request)
      throws GeneralSecurityException {
    String input = signingInput(member, key, request);
    return input + "." + Base64Url.encode(P256.sign(signingKey, Bytes.utf8(input)));
  }

  private static String part(Object json) {
    return Base64Url.encode(Bytes.utf8(Json.write(json)));
  }

  /** One request as it is sent. */
  static final class Request {
    final String method;
    final String url;
    /** The exact bytes that are sent; none for a request without a body. Write the JSON once, and send what was proven. */
    final byte[] body;
    /** The service's time: this phone's clock, corrected by the header Date of the service's last answer. */
    final long nowMs;
    final String jti;

    Request(String method, String url, byte[] body, long nowMs) {
      this(method, url, body, nowMs, newId());
    }

    /** With an id of one's own; only tests set it. */
    Request(String method, String url, byte[] body, long nowMs, String jti) {
      this.method = method;
      this.url = url;
      this.body = body;
      this.nowMs = nowMs;
      this.jti = jti;
    }

    private static String newId() {
      byte[] random = new byte[16];
      // Never setSeed: on old versions of Android an own seed replaces the system's, and makes the numbers predictable.
      new SecureRandom().nextBytes(random);
      return Base64Url.encode(random);
    }
  }
}
