import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VECTORS, vectorText, type VectorName } from '../../src/developers/vector-files.ts';
import { describeWith, JAVAC } from '../support/programs.ts';

const CORE = 'test/examples/android-core';
const KNOWN_ANSWERS = 'src/developers/vectors/v1';

/** Java 8, as Android's tools take it, without a warning. `-options` silences the one about the age of that version. */
const COMPILER = ['--release', '8', '-Xlint:all', '-Xlint:-options', '-Werror', '-encoding', 'UTF-8'];

/** A member of each file that decides about an answer. */
const DECISIVE: Readonly<Record<VectorName, string>> = {
  'device-proof': 'jti',
  'pin-proof': 'nonce',
  'chosen-pin': 'result',
  'knowledge-key': 'argon2id',
  envelope: 'contentEncryptionKey',
  'test-envelope': 'contentEncryptionKey',
  'authenticator-envelope': 'contentEncryptionKey',
  'refused-envelopes': 'fault',
  'one-time-code': 'code',
  transaction: 'label',
  'card-proof': 'nonce',
};

describeWith(JAVAC, 'the core in Java', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pushguard-core-'));
    const sources = (await readdir(CORE)).map((name) => join(CORE, name));
    expect(await run('javac', [...COMPILER, '-d', join(directory, 'classes'), ...sources])).toEqual({
      failed: false,
      out: '',
    });
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const compare = (folder: string) =>
    run('java', ['-cp', join(directory, 'classes'), 'pushguard.VerifyVectors', folder]);

  it('the core in Java gives every known answer', async () => {
    const { failed, out } = await compare(KNOWN_ANSWERS);
    expect({ failed, out }).toEqual({ failed: false, out: expect.stringMatching(/^\d{3} passed, 0 failed\n$/) });
  });

  it('the core in Java differs from a changed answer in each file', async () => {
    const changed = join(directory, 'changed');
    await cp(KNOWN_ANSWERS, changed, { recursive: true });
    for (const name of VECTORS) {
      const text = vectorText(name);
      const other = text.replace(new RegExp(`("${DECISIVE[name]}": ")[^"]`), '$1-');
      expect([name, other === text]).toEqual([name, false]);
      await writeFile(join(changed, `${name}.json`), other);
    }
    const { failed, out } = await compare(changed);
    expect(failed).toBe(true);
    const differing = [...out.matchAll(/^differs: ([\w-]+)/gm)].map(([, name]) => name);
    expect([...new Set(differing)].sort()).toEqual([...VECTORS].sort());
  });
});

it('the core in Java imports only what Android has had since its version 4.4', async () => {
  const imports = await Promise.all(
    (await readdir(CORE)).map(async (name) => (await readFile(join(CORE, name), 'utf8')).match(/^import .*$/gm) ?? []),
  );
  const allowed =
    /^import java(?:x\.crypto|\.(?:io|math|security|util|nio|nio\.charset|util\.regex))(?:\.(?:spec|interfaces))?\.\w+;$/;
  const later = /\.(?:Base64|StandardCharsets|Objects|Optional)\w*;$/;
  const others = imports.flat().filter((one) => !allowed.test(one) || later.test(one));
  expect(others).toEqual([]);
});

it('each file of the core in Swift begins by saying that it was never compiled here', async () => {
  const folder = 'test/examples/ios-core';
  const names = await readdir(folder);
  expect(names).toContain('Envelope.swift');
  for (const name of names) {
    const [first, second] = (await readFile(join(folder, name), 'utf8')).split('\n');
    expect([name, `${first} ${second}`]).toEqual([name, expect.stringMatching(/For reading: .*never compiled/)]);
  }
});

/** Runs a program; resolves to what it printed, and whether it failed. */
function run(command: string, args: readonly string[]): Promise<{ failed: boolean; out: string }> {
  return new Promise((done) => {
    execFile(command, [...args], (error, out, err) => {
      done({ failed: error !== null, out: out + err });
    });
  });
}
