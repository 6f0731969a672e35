package pushguard;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Base64url without padding (RFC 4648, section 5). Written by hand because {@code java.util.Base64} begins with Android 8
 * (API 26), and {@code android.util.Base64} is missing in unit tests on a computer.
 */
final class Base64Url {
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private Base64Url() {}

  static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder((bytes.length * 4 + 2) / 3);
    int bits = 0;
    int count = 0;
    for (byte one : bytes) {
      bits = (bits << 8 | one & 0xff) & 0x3fff;
      for (count += 8; count >= 6; count -= 6) text.append(ALPHABET.charAt(bits >> count - 6 & 63));
    }
    if (count > 0) text.append(ALPHABET.charAt(bits << 6 - count & 63));
    return text.toString();
  }

  /** Decodes the one canonical text of some bytes. Any other text is an IllegalArgumentException. */
  static byte[] decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int bits = 0;
    int count = 0;
    for (int at = 0; at < text.length(); at += 1) {
      int value = ALPHABET.indexOf(text.charAt(at));
      if (value < 0) throw new IllegalArgumentException("not base64url");
      bits = (bits << 6 | value) & 0x3fff;
      count += 6;
      if (count >= 8) {
        count -= 8;
        bytes.write(bits >> count & 0xff);
      }
    }
    byte[] decoded = bytes.toByteArray();
    // Two texts for the same bytes would make two tokens of one.
    if (!encode(decoded).equals(text)) throw new IllegalArgumentException("not canonical base64url");
    return decoded;
  }

  /** Decodes a text of exactly this many bytes. */
  static byte[] decode(String text, int length) {
    byte[] bytes = decode(text);
    if (bytes.length != length) {
      Arrays.fill(bytes, (byte) 0);
      throw new IllegalArgumentException("not " + length + " bytes");
    }
    return bytes;
  }
}
