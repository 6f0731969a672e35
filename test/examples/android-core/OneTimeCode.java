package pushguard;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

/** Codes that the phone computes by itself, from the 32-byte secret of an authenticator. They need no network. */
final class OneTimeCode {
  private static final String TRANSACTION_SUITE = "OCRA-1:HOTP-SHA256-8:QA64-T1M";
  /** The bytes that OCRA reserves for the question. */
  private static final int QUESTION_BYTES = 128;

  private OneTimeCode() {}

  /** The six digits of this half minute: TOTP (RFC 6238) with SHA-256. {@code nowMs}: the service's time. */
  static String ofTime(byte[] secret, long nowMs) throws GeneralSecurityException {
    return hotp(secret, Bytes.ofLong(nowMs / 30_000), 6);
  }

  /** When the next code begins, in milliseconds of the service's time. */
  static long endOfTime(long nowMs) {
    return (nowMs / 30_000 + 1) * 30_000;
  }

  /**
   * The eight digits that approve one transaction in this minute: OCRA (RFC 6287) over {@link Transaction#question}. The
   * code is the payer's consent: compute it after the person has seen every field and typed the PIN.
   */
  static String ofTransaction(byte[] secret, String question, long nowMs) throws GeneralSecurityException {
    return hotp(secret, ocraInput(question, nowMs / 60_000), 8);
  }

  static byte[] ocraInput(String question, long minute) {
    byte[] text = Bytes.utf8(question);
    byte[] padding = new byte[QUESTION_BYTES - text.length];
    return Bytes.concat(Bytes.utf8(TRANSACTION_SUITE + "\0"), text, padding, Bytes.ofLong(minute));
  }

  /** Decimal digits of an HMAC at the offset that its last four bits give (RFC 4226, 5.3). */
  private static String hotp(byte[] secret, byte[] message, int digits) throws GeneralSecurityException {
    byte[] mac = Bytes.hmacSha256(secret, message);
    int number = ByteBuffer.wrap(mac).getInt(mac[mac.length - 1] & 15) & 0x7fffffff;
    StringBuilder code = new StringBuilder();
    for (int digit = 0; digit < digits; digit += 1) {
      // By hand: String.format writes the digits of the phone's language, in Arabic or Persian not these ten.
      code.insert(0, (char) ('0' + number % 10));
      number /= 10;
    }
    return code.toString();
  }
}
