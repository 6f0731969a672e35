package pushguard;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON: objects are maps that keep their order, arrays are lists, numbers are BigDecimal.
 *
 * The writer escapes exactly what ECMAScript's {@code JSON.stringify} escapes, because the digest of a transaction covers
 * its bytes. {@code org.json} writes {@code <\/} for {@code </} and Gson writes {@code \u003c} for {@code <}: neither gives
 * this digest.
 */
final class Json {
  /** The deepest nesting that is parsed; a deeper text would overflow the stack. */
  private static final int DEEPEST = 32;

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** Parses one JSON text. Anything else, and a member that occurs twice, is an IllegalArgumentException. */
  static Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value(0);
    json.blanks();
    if (json.at < text.length()) throw json.wrong();
    return value;
  }

  /** Parses a JSON object. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> object(String text) {
    Object value = parse(text);
    if (!(value instanceof Map)) throw new IllegalArgumentException("not a JSON object");
    return (Map<String, Object>) value;
  }

  /** Writes maps, lists, texts, numbers, booleans and null without white space. */
  static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    if (value instanceof String) {
      quote((String) value, out);
    } else if (value instanceof Map) {
      char before = '{';
      for (Map.Entry<?, ?> member : ((Map<?, ?>) value).entrySet()) {
        out.append(before);
        quote((String) member.getKey(), out);
        write(member.getValue(), out.append(':'));
        before = ',';
      }
      out.append(before == '{' ? "{}" : "}");
    } else if (value instanceof List) {
      char before = '[';
      for (Object one : (List<?>) value) {
        write(one, out.append(before));
        before = ',';
      }
      out.append(before == '[' ? "[]" : "]");
    } else if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long) {
      out.append(value);
    } else {
      throw new IllegalArgumentException("not a value of JSON");
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int at = 0; at < text.length(); at += 1) {
      char one = text.charAt(at);
      int named = "\"\\\b\f\n\r\t".indexOf(one);
      if (named >= 0) out.append('\\').append("\"\\bfnrt".charAt(named));
      else if (one < ' ') out.append(one < 16 ? "\\u000" : "\\u00").append(Integer.toHexString(one));
      else out.append(one);
    }
    out.append('"');
  }

  private Object value(int depth) {
    if (depth > DEEPEST) throw wrong();
    blanks();
    switch (peek()) {
      case '{':
        return members(depth);
      case '[':
        return elements(depth);
      case '"':
        return string();
      case 't':
        return word("true", Boolean.TRUE);
      case 'f':
        return word("false", Boolean.FALSE);
      case 'n':
        return word("null", null);
      default:
        return number();
    }
  }

  private Map<String, Object> members(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    at += 1;
    blanks();
    if (skip('}')) return members;
    do {
      blanks();
      String name = string();
      blanks();
      expect(':');
      // Readers differ in which of two members of one name they take.
      if (members.containsKey(name)) throw wrong();
      members.put(name, value(depth + 1));
      blanks();
    } while (skip(','));
    expect('}');
    return members;
  }

  private List<Object> elements(int depth) {
    List<Object> elements = new ArrayList<>();
    at += 1;
    blanks();
    if (skip(']')) return elements;
    do {
      elements.add(value(depth + 1));
      blanks();
    } while (skip(','));
    expect(']');
    return elements;
  }

  private String string() {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (true) {
      char one = next();
      if (one == '"') return out.toString();
      if (one < ' ') throw wrong();
      out.append(one == '\\' ? escaped() : one);
    }
  }

  private char escaped() {
    char one = next();
    if (one == 'u') {
      int code = 0;
      for (int digit = 0; digit < 4; digit += 1) {
        int value = "0123456789abcdef".indexOf(Character.toLowerCase(next()));
        if (value < 0) throw wrong();
        code = code << 4 | value;
      }
      return (char) code;
    }
    int named = "\"\\/bfnrt".indexOf(one);
    if (named < 0) throw wrong();
    return "\"\\/\b\f\n\r\t".charAt(named);
  }

  private BigDecimal number() {
    int from = at;
    while (at < text.length() && "+-.0123456789Ee".indexOf(text.charAt(at)) >= 0) at += 1;
    String number = text.substring(from, at);
    if (!number.matches("-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")) throw wrong();
    return new BigDecimal(number);
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) throw wrong();
    at += word.length();
    return value;
  }

  private void blanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) at += 1;
  }

  private char peek() {
    if (at >= text.length()) throw wrong();
    return text.charAt(at);
  }

  private char next() {
    char one = peek();
    at += 1;
    return one;
  }

  private boolean skip(char wanted) {
    if (at >= text.length() || text.charAt(at) != wanted) return false;
    at += 1;
    return true;
  }

  private void expect(char wanted) {
    if (!skip(wanted)) throw wrong();
  }

  /** The message quotes nothing of the text, which may be secret. */
  private IllegalArgumentException wrong() {
    return new IllegalArgumentException("not JSON at character " + at);
  }
}
