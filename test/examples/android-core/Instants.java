package pushguard;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times of the service: RFC 3339 in UTC. Written by hand because {@code java.time} begins with Android 8 (API 26), and
 * {@code SimpleDateFormat} takes texts that are no times, and reads no "Z" before Android 7.
 */
final class Instants {
  private static final Pattern FORM =
      Pattern.compile(
          "([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]{3}))?Z");

  private Instants() {}

  /** Milliseconds since 1970; {@code Long.MIN_VALUE}, which is long past, for a text that is no such time. */
  static long millisecondsOf(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) return Long.MIN_VALUE;
    int month = number(form, 2);
    int day = number(form, 3);
    boolean isTime = number(form, 4) < 24 && number(form, 5) < 60 && number(form, 6) < 60;
    if (!isTime || month < 1 || month > 12 || day < 1 || day > lengthOf(number(form, 1), month)) return Long.MIN_VALUE;
    long hours = daysBefore(number(form, 1), month, day) * 24 + number(form, 4);
    long seconds = (hours * 60 + number(form, 5)) * 60 + number(form, 6);
    return seconds * 1000 + (form.group(7) == null ? 0 : number(form, 7));
  }

  private static int number(Matcher form, int group) {
    return Integer.parseInt(form.group(group));
  }

  /** Days from 1970-01-01, in years that begin in March, so that the leap day is the last. */
  private static long daysBefore(int year, int month, int day) {
    long y = month > 2 ? year : year - 1;
    int fromMarch = (month + 9) % 12;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * fromMarch + 2) / 5 + day - 1 - 719_468;
  }

  private static int lengthOf(int year, int month) {
    if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }
}
