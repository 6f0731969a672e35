import { writeSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LONGEST_LINE_ID, type LineFacts } from '../../domain/line.ts';
import { seoulDay } from '../../domain/person.ts';
import { Problem, type InputFault } from '../../domain/problem.ts';
import { readJson } from '../../http/read-json.ts';
import { notUtf8 } from '../../http/utf8.ts';
import { factsOf, readAs, SnapshotLine } from '../carrier.dto.ts';
import { isPlainLine } from './plain-line.ts';

/** Lines that are read, compared and, when new, inserted together. */
const BATCH = 1_000;
/** The largest snapshot in bytes, enough for ten million lines. */
const LARGEST = 4 * 1024 ** 3;
/** The longest line of a snapshot, in characters. */
const LONGEST_LINE = 16 * 1024;

/** A line of the snapshot, with its number in the file. */
export interface Numbered {
  number: number;
  facts: LineFacts;
}

/** A refused line of the snapshot; `line` is its number in the file. */
export interface Rejected {
  line: number;
  outcome: 'rejected';
  lineId: string | null;
  faults: InputFault[];
}

export interface Batch {
  lines: Numbered[];
  rejected: Rejected[];
}

/** The report of a line that could be read and is refused all the same. */
export function rejected({ number, facts: { lineId } }: Numbered, pointer: string, detail: string): Rejected {
  return { line: number, outcome: 'rejected', lineId, faults: [{ pointer, detail }] };
}

/**
 * Stores a snapshot on disk until it is processed. Problems: `payload_too_large`, `invalid_request`, also where the client
 * ended the connection first, which is no fault of the service.
 */
export async function receive(body: Readable): Promise<LinesOnDisk> {
  const lines = await LinesOnDisk.open();
  try {
    await lines.take(body);
    return lines;
  } catch (error) {
    await lines.discard();
    throw isCutOff(error) ? new Problem('invalid_request', 'The snapshot did not arrive whole. Send it again.') : error;
  }
}

/** Of body and file, only a body can be reset or end early. */
function isCutOff(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** Lines in a file. They are personal data in clear: the file is unlinked while open, so it ends with the process. */
export class LinesOnDisk {
  /** A handle and no descriptor: a stream that ends early closes it, and closing it again must not close another file. */
  private constructor(private readonly file: FileHandle) {}

  static async open(): Promise<LinesOnDisk> {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-import-'));
    const file = await open(join(directory, 'snapshot.ndjson'), 'wx+', 0o600);
    await rm(directory, { recursive: true, force: true });
    return new LinesOnDisk(file);
  }

  /** Fills the file with a request's body. Problems: `payload_too_large`, `invalid_request` for bytes that are no UTF-8. */
  async take(body: Readable): Promise<void> {
    await pipeline(body, noLargerThan(LARGEST), onlyUtf8(), (chunks: AsyncIterable<Buffer>) =>
      writeFile(this.file, chunks),
    );
  }

  /** Appends lines of text. */
  append(lines: readonly string[]): void {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    for (let written = 0; written < bytes.length;) written += writeSync(this.file.fd, bytes, written);
  }

  /**
   * The lines, some at a time, in constant memory: one with more than `longest` characters is cut just above them.
   */
  async *lines(longest = Infinity): AsyncGenerator<string[]> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of this.file.createReadStream({ start: 0, autoClose: false })) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = (lines.pop() ?? '').slice(0, longest + 1);
      yield lines;
    }
    yield [rest + decoder.decode()];
  }

  async discard(): Promise<void> {
    await this.file.close();
  }
}

/** Reads the lines of a snapshot in batches. */
export async function* batchesOf(snapshot: LinesOnDisk): AsyncGenerator<Batch> {
  let batch: Batch = { lines: [], rejected: [] };
  let number = 0;
  for await (const texts of snapshot.lines(LONGEST_LINE)) {
    const today = seoulDay(new Date());
    for (const text of texts) {
      number += 1;
      if (text.trim() === '') continue;
      const read = readLine(text, today);
      if ('facts' in read) batch.lines.push({ number, facts: read.facts });
      else batch.rejected.push({ line: number, outcome: 'rejected', ...read });
      if (batch.lines.length + batch.rejected.length < BATCH) continue;
      yield batch;
      batch = { lines: [], rejected: [] };
    }
  }
  yield batch;
}

/** Lets the next batch be made while this one is worked on. */
export async function* ahead<Batch>(batches: AsyncGenerator<Batch>): AsyncGenerator<Batch> {
  let next = batches.next();
  try {
    for (;;) {
      const made = await next;
      if (made.done) return;
      next = batches.next();
      // Told at the next turn, and not before.
      next.catch(() => undefined);
      yield made.value;
    }
  } finally {
    await next.catch(() => undefined);
    await batches.return(undefined);
  }
}

/** Passes bytes through and fails with `payload_too_large` above the limit. */
function noLargerThan(bytes: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed > bytes)
        done(new Problem('payload_too_large', 'The snapshot is too large. Split it into smaller ones.'));
      else done(null, chunk);
    },
  });
}

/** Passes bytes through and fails with `invalid_request` where they are no UTF-8, before anything of them counts. */
function onlyUtf8(): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const check = (chunk: Buffer | undefined, done: (error: Error | null, data?: Buffer) => void) => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      done(notUtf8('body'));
      return;
    }
    done(null, chunk);
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      check(chunk, done);
    },
    flush: (done) => {
      check(undefined, done);
    },
  });
}

function readLine(text: string, today: string): { facts: LineFacts } | Pick<Rejected, 'faults' | 'lineId'> {
  if (text.length > LONGEST_LINE) {
    return {
      faults: [{ pointer: '', detail: `A line of the snapshot can have at most ${LONGEST_LINE} characters.` }],
      lineId: null,
    };
  }
  let document: Record<string, unknown>;
  try {
    document = readJson(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { faults: error.members.errors ?? [], lineId: null };
  }
  if (isPlainLine(document, today)) return { facts: document };
  const read = readAs(SnapshotLine, document);
  if ('value' in read) return { facts: factsOf(read.value.lineId, read.value) };
  const { lineId } = document;
  // One that is too long stays too long, so that it does not name another line.
  return { faults: read.faults, lineId: typeof lineId === 'string' ? lineId.slice(0, LONGEST_LINE_ID + 1) : null };
}
