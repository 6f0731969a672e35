package pushguard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Texts, digests and numbers as bytes. */
final class Bytes {
  /** {@code StandardCharsets} begins with API 19. */
  private static final Charset UTF_8 = Charset.forName("UTF-8");

  private Bytes() {}

  /** UTF-8. A lone surrogate is an IllegalArgumentException: {@code String.getBytes} would replace it in silence. */
  static byte[] utf8(String text) {
    try {
      ByteBuffer encoded = UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException lone) {
      throw new IllegalArgumentException("a text with half a character");
    }
  }

  /** The text of UTF-8; any other bytes are an IllegalArgumentException. */
  static String text(byte[] utf8) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException other) {
      throw new IllegalArgumentException("not UTF-8");
    }
  }

  /** The parts in UTF-8 with one zero byte between each two. */
  static byte[] joinedByZero(String... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (int at = 0; at < parts.length; at += 1) {
      if (at > 0) joined.write(0);
      byte[] part = utf8(parts[at]);
      joined.write(part, 0, part.length);
    }
    return joined.toByteArray();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) all.write(part, 0, part.length);
    return all.toByteArray();
  }

  /** Eight big-endian bytes. */
  static byte[] ofLong(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  /** Four big-endian bytes. */
  static byte[] ofInt(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  static byte[] hmacSha256(byte[] key, byte[] message) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(message);
  }

  static String hex(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length * 2);
    for (byte one : bytes) {
      text.append(Character.forDigit(one >> 4 & 15, 16)).append(Character.forDigit(one & 15, 16));
    }
    return text.toString();
  }
}
