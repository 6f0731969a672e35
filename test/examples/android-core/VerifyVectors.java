package pushguard;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the core with the known answers: {@code java -cp out pushguard.VerifyVectors FOLDER}, where the folder has the
 * JSON files. Prints what differs, and last the number of answers; ends with 1 when one differs. It is no part of an app.
 */
public final class VerifyVectors {
  /** The DER of a private key in PKCS #8 up to the scalar. Only tests read private keys. */
  private static final byte[] PKCS8 =
      new BigInteger("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420", 16).toByteArray();

  private final File folder;
  private final Set<String> read = new TreeSet<>();
  private int passed;
  private int failed;

  private VerifyVectors(File folder) {
    this.folder = folder;
  }

  /** One folder as its argument. */
  public static void main(String[] arguments) throws Exception {
    VerifyVectors all = new VerifyVectors(new File(arguments[0]));
    all.deviceProofs();
    all.pinProofs();
    all.chosenPins();
    all.knowledgeKeys();
    all.envelopes();
    all.refusedEnvelopes();
    all.oneTimeCodes();
    all.transactions();
    all.cardProofs();
    all.beyondTheVectors();
    all.everyFile();
    System.out.println(all.passed + " passed, " + all.failed + " failed");
    if (all.failed > 0) System.exit(1);
  }

  private void deviceProofs() throws Exception {
    Map<String, Object> file = read("device-proof");
    Map<String, Object> jwk = object(file, "signingKey");
    PrivateKey privateKey = privateKey(jwk);
    ECPublicKey publicKey = P256.publicKey(jwk);
    for (Map<String, Object> known : objects(file, "cases")) {
      String name = "device-proof: " + known.get("name");
      DeviceProof.Request request =
          new DeviceProof.Request(
              text(known, "method"),
              text(known, "url"),
              Bytes.utf8(text(known, "body")),
              number(known, "nowMs"),
              text(object(known, "claims"), "jti"));
      String proof =
          known.get("deviceId") == null
              ? DeviceProof.ofEnrolment(privateKey, publicKey, request)
              : DeviceProof.of(privateKey, text(known, "deviceId"), request);
      int end = proof.lastIndexOf('.');
      byte[] input = Bytes.utf8(proof.substring(0, end));
      same(name, known.get("signingInput"), proof.substring(0, end));
      same(name + ", own signature", true, P256.verify(publicKey, input, Base64Url.decode(proof.substring(end + 1))));
      byte[] signature = Base64Url.decode(text(known, "signature"));
      same(name + ", known signature", true, P256.verify(publicKey, input, signature));
      signature[40] ^= 1;
      same(name + ", altered signature", false, P256.verify(publicKey, input, signature));
    }
  }

  private void pinProofs() throws Exception {
    for (Map<String, Object> known : objects(read("pin-proof"), "cases")) {
      String name = "pin-proof: " + known.get("purpose") + " of " + known.get("id");
      PinProof.Purpose purpose = PinProof.Purpose.valueOf(constant(text(known, "purpose")));
      String id = text(known, "id");
      String deviceId = text(known, "deviceId");
      String nonce = text(known, "nonce");
      String match = (String) known.get("match");
      byte[] key = Base64Url.decode(text(known, "knowledgeKey"), 32);
      byte[] message = PinProof.message(purpose, id, deviceId, nonce, match);
      same(name + ", message", known.get("messageHex"), Bytes.hex(message));
      same(name, known.get("pinProof"), PinProof.of(key, purpose, id, deviceId, nonce, match));
    }
  }

  private void chosenPins() throws Exception {
    for (Map<String, Object> known : objects(read("chosen-pin"), "cases")) {
      String result = ChosenPin.judge(text(known, "pin")).name().toLowerCase(Locale.ROOT);
      same("chosen-pin: " + known.get("pin"), known.get("result"), result);
    }
  }

  private void knowledgeKeys() throws Exception {
    for (Map<String, Object> known : objects(read("knowledge-key"), "cases")) {
      String name = "knowledge-key: " + known.get("pin");
      byte[] key = Base64Url.decode(text(known, "knowledgeKey"));
      byte[] wrapped = Base64Url.decode(text(known, "wrapped"));
      // Argon2id itself is a library's: its answer is in the file.
      byte[] stretched = Base64Url.decode(text(known, "argon2id"));
      same(name + ", wrapped", known.get("wrapped"), Base64Url.encode(KnowledgeKey.xor(key, stretched)));
      same(name + ", unwrapped", known.get("knowledgeKey"), Base64Url.encode(KnowledgeKey.xor(wrapped, stretched)));
    }
  }

  private void envelopes() throws Exception {
    for (String name : new String[] {"envelope", "test-envelope", "authenticator-envelope"}) {
      Map<String, Object> file = read(name);
      Map<String, Object> claims = object(file, "claims");
      ECPublicKey ephemeral = P256.publicKey(object(file, "ephemeralKey"));
      byte[] shared = Envelope.inSoftware(privateKey(object(file, "encryptionKey"))).with(ephemeral);
      same(name + ": key", file.get("contentEncryptionKey"), Base64Url.encode(Envelope.concatKdf(shared)));
      Envelope device = deviceOf(file);
      String envelope = text(file, "envelope");
      if (name.equals("authenticator-envelope")) {
        same(name, claims.get("secret"), Base64Url.encode(device.openAuthenticator(envelope, text(claims, "kind"))));
        same(name + ": as another kind", "WRONG_CLAIMS", faultOf(() -> device.openAuthenticator(envelope, "sign")));
        continue;
      }
      long before = Instants.millisecondsOf(text(claims, "expiresAt")) - 1;
      boolean isTest = name.equals("test-envelope");
      String id = isTest ? "" : text(claims, "authenticationId");
      same(name, claims, isTest ? device.openTest(envelope, before) : device.openCode(envelope, id, before));
      same(name + ": as the other", "WRONG_KIND",
          faultOf(() -> isTest ? device.openCode(envelope, id, before) : device.openTest(envelope, before)));
    }
  }

  private void refusedEnvelopes() throws Exception {
    Map<String, Object> file = read("refused-envelopes");
    Envelope device = deviceOf(file);
    for (Map<String, Object> known : objects(file, "cases")) {
      String envelope = text(known, "envelope");
      String id = text(file, "authenticationId");
      long nowMs = number(file, "nowMs");
      same("refused-envelopes: " + known.get("name"), constant(text(known, "fault")),
          faultOf(() -> device.openCode(envelope, id, nowMs)));
    }
  }

  private void oneTimeCodes() throws Exception {
    for (Map<String, Object> known : objects(read("one-time-code"), "cases")) {
      long atMs = number(known, "atMs");
      byte[] secret = Base64Url.decode(text(known, "secret"));
      same("one-time-code: " + atMs, known.get("code"), OneTimeCode.ofTime(secret, atMs));
      same("one-time-code: end of " + atMs, number(known, "endsAtMs"), OneTimeCode.endOfTime(atMs));
    }
  }

  private void transactions() throws Exception {
    Map<String, Object> file = read("transaction");
    for (Map<String, Object> known : objects(file, "cases")) {
      String name = "transaction: " + known.get("name");
      String id = text(known, "authenticationId");
      List<?> fields = (List<?>) known.get("transaction");
      byte[] secret = Base64Url.decode(text(known, "secret"));
      String question = Transaction.question(id, fields);
      long atMs = number(known, "atMs");
      same(name + ", canonical", known.get("canonical"), Transaction.canonical(id, fields));
      same(name + ", question", known.get("question"), question);
      same(name + ", input", known.get("dataInputHex"), Bytes.hex(OneTimeCode.ocraInput(question, atMs / 60_000)));
      same(name, known.get("code"), OneTimeCode.ofTransaction(secret, question, atMs));
    }
    for (Map<String, Object> known : objects(file, "refused")) {
      refusesTransaction("transaction: " + known.get("name"), (List<?>) known.get("transaction"));
    }
  }

  private void cardProofs() throws Exception {
    Map<String, Object> file = read("card-proof");
    Map<String, Object> jwk = object(file, "cardKey");
    for (Map<String, Object> known : objects(file, "cases")) {
      String name = "card-proof: " + known.get("name");
      byte[] message =
          CardProof.message(
              text(known, "authenticationId"), text(known, "deviceId"), text(known, "nonce"), text(known, "question"));
      same(name + ", message", known.get("messageHex"), Bytes.hex(message));
      same(name + ", known", true, CardProof.verify(P256.publicKey(jwk), message, text(known, "cardProof")));
      String own = CardProof.sign(privateKey(jwk), message);
      same(name + ", own", true, CardProof.verify(P256.publicKey(jwk), message, own));
    }
  }

  /** What a file of JSON cannot carry safely, or what signatures, being random, show only in many. */
  private void beyondTheVectors() throws Exception {
    Map<String, Object> field = new HashMap<>();
    field.put("label", "금액");
    field.put("value", "\ud800");
    refusesTransaction("transaction: half a surrogate pair", Collections.singletonList(field));
    field.put("value", "1원");
    field.put("note", "1원");
    refusesTransaction("transaction: a third member", Collections.singletonList(field));
    same("time of a leap day", 951_782_400_000L, Instants.millisecondsOf("2000-02-29T00:00:00Z"));
    same("time of no day", Long.MIN_VALUE, Instants.millisecondsOf("2026-02-29T00:00:00.000Z"));
    PrivateKey key = privateKey(object(read("device-proof"), "signingKey"));
    ECPublicKey publicKey = P256.publicKey(object(read("device-proof"), "signingKey"));
    boolean all = true;
    // Of 600 signatures some have a short r or s, which are the errors of conversions from DER.
    for (int at = 0; at < 600; at += 1) {
      byte[] message = Bytes.ofInt(at);
      byte[] raw = P256.sign(key, message);
      all &= P256.verify(publicKey, message, raw) && Arrays.equals(raw, P256.rawOfDer(P256.derOfRaw(raw)));
    }
    same("600 signatures", true, all);
  }

  /** A file that was added to the folder must be compared too. */
  private void everyFile() {
    Set<String> present = new TreeSet<>();
    for (String file : folder.list()) if (file.endsWith(".json")) present.add(file);
    same("the files of the folder", present, read);
  }

  private void refusesTransaction(String name, List<?> fields) {
    try {
      same(name, "refused", Transaction.canonical("a", fields));
    } catch (IllegalArgumentException refused) {
      passed += 1;
    }
  }

  /** Something that may be refused. */
  private interface Opening {
    Object open() throws Envelope.Refused, GeneralSecurityException;
  }

  private static String faultOf(Opening opening) throws GeneralSecurityException {
    try {
      opening.open();
      return "none";
    } catch (Envelope.Refused refused) {
      return refused.fault.name();
    }
  }

  private static Envelope deviceOf(Map<String, Object> file) throws GeneralSecurityException {
    Map<String, Object> service = object(file, "serviceKey");
    ECPublicKey key = P256.publicKey(service);
    return new Envelope(
        text(file, "deviceId"),
        Envelope.inSoftware(privateKey(object(file, "encryptionKey"))),
        kid -> kid.equals(service.get("kid")) ? key : null);
  }

  private static PrivateKey privateKey(Map<String, Object> jwk) throws GeneralSecurityException {
    byte[] encoded = Bytes.concat(PKCS8, Base64Url.decode(text(jwk, "d"), 32));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private void same(String name, Object expected, Object actual) {
    if (expected.equals(actual)) {
      passed += 1;
      return;
    }
    failed += 1;
    System.out.println("differs: " + name + "\n  expected " + expected + "\n  actual   " + actual);
  }

  private Map<String, Object> read(String name) throws IOException {
    read.add(name + ".json");
    // Files.readAllBytes begins with API 26.
    try (RandomAccessFile file = new RandomAccessFile(new File(folder, name + ".json"), "r")) {
      byte[] bytes = new byte[(int) file.length()];
      file.readFully(bytes);
      return Json.object(Bytes.text(bytes));
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Map<String, Object> of, String name) {
    return (Map<String, Object>) of.get(name);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> objects(Map<String, Object> of, String name) {
    return (List<Map<String, Object>>) of.get(name);
  }

  private static String text(Map<String, Object> of, String name) {
    return (String) of.get(name);
  }

  private static long number(Map<String, Object> of, String name) {
    return ((Number) of.get(name)).longValue();
  }

  private static String constant(String name) {
    return name.replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
