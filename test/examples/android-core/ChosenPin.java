package pushguard;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** The judgement of a PIN that a person chooses. Ask before any request, because the service never sees a PIN. */
final class ChosenPin {
  enum Result {
    ACCEPTED,
    MALFORMED,
    GUESSABLE
  }

  /** Popular PINs that no rule below covers. */
  private static final Set<String> POPULAR =
      new HashSet<>(
          Arrays.asList(
              "112233", "332211", "111222", "123321", "100200", "101010", "147258", "258369", "159753", "456123", "789456",
              "142536", "135790", "246810", "102030", "010203"));

  private ChosenPin() {}

  static Result judge(String pin) {
    // [0-9], because on Android \d also matches the digits of other scripts.
    if (!pin.matches("[0-9]{6}")) return Result.MALFORMED;
    boolean isGuessable = POPULAR.contains(pin) || repeats(pin) || isSequence(pin, 1) || isSequence(pin, 9);
    return isGuessable ? Result.GUESSABLE : Result.ACCEPTED;
  }

  /** 000000, 121212, 123123. */
  private static boolean repeats(String pin) {
    for (int period = 1; period <= 3; period += 1) {
      if (pin.substring(period).equals(pin.substring(0, 6 - period))) return true;
    }
    return false;
  }

  /** 123456 and 890123 for step 1, 654321 and 210987 for step 9, which is one down modulo 10. */
  private static boolean isSequence(String pin, int step) {
    for (int at = 1; at < 6; at += 1) {
      if (pin.charAt(at) - '0' != (pin.charAt(at - 1) - '0' + step) % 10) return false;
    }
    return true;
  }
}
