package pushguard;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the person approves with one code. Show every field, in order, as it is. */
final class Transaction {
  private Transaction() {}

  /** The OCRA question: SHA-256 of the canonical text, as 64 lower-case hexadecimal characters. */
  static String question(String authenticationId, List<?> fields) throws GeneralSecurityException {
    return Bytes.hex(Bytes.sha256(Bytes.utf8(canonical(authenticationId, fields))));
  }

  /**
   * JSON of {@code ["pushguard-transaction-v1", authenticationId, [[label, value], …]]}. {@code fields} is the parsed
   * member {@code transaction}. IllegalArgumentException for anything but a list of one or more objects with exactly the texts
   * label and value, because different transactions would have one digest: send nothing then.
   */
  static String canonical(String authenticationId, List<?> fields) {
    if (fields.isEmpty()) throw new IllegalArgumentException("a transaction has a field");
    List<Object> pairs = new ArrayList<>();
    for (Object field : fields) {
      if (!(field instanceof Map) || ((Map<?, ?>) field).size() != 2) throw new IllegalArgumentException("not a field");
      Map<?, ?> members = (Map<?, ?>) field;
      pairs.add(Arrays.asList(signable(members.get("label")), signable(members.get("value"))));
    }
    return Json.write(Arrays.asList("pushguard-transaction-v1", authenticationId, pairs));
  }

  /** A text that its bytes keep: without lone surrogates, and without U+FFFD, which stands for a character lost before. */
  private static String signable(Object value) {
    if (!(value instanceof String) || ((String) value).isEmpty()) throw new IllegalArgumentException("not a text");
    String text = (String) value;
    Bytes.utf8(text);
    if (text.indexOf('\ufffd') >= 0) throw new IllegalArgumentException("a text that lost a character");
    return text;
  }
}
