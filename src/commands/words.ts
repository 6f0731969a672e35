import { readEnvironment } from '../../config/environment.ts';
import { readAdoptionFolder } from '../adoption/adoption-folder.ts';
import { adoptableTexts } from '../adoption/rooms.ts';
import { LOCALES, type Locale } from '../domain/locale.ts';
import { DEFAULT_BRAND, type Brand } from '../pages/brand.ts';

/** Lists the texts that an adopter's files may change, and checks such files: `npm run words -- --help`. */

const USAGE = `Texts that people see, by the keys under which words.<language>.json changes them.

npm run --silent words -- list LANGUAGE [PART]   every key and its present text as JSON, or those in which PART stands
npm run --silent words -- check [FOLDER]         checks files as a start does (default: those in ADOPTION_DIR)

LANGUAGE is ${LOCALES.join(' or ')}. {1}, {2} are values, such as a name or a number, which a changed text must have too; {service},
{carrier} and {callCentre} are the names of the brand.
Exit code: 0 listed, or the files are right; 1 a file is wrong; 2 wrong use.
`;

/** A text that is copied out of the list has these in place of names, so that it follows the brand. */
const NAMELESS: Brand = {
  ...DEFAULT_BRAND,
  service: inEach('{service}'),
  carrier: inEach('{carrier}'),
  callCentre: '{callCentre}',
};

const [command = '--help', argument, part = '', ...more] = process.argv.slice(2);
const locale = LOCALES.find((one) => one === argument);

if (command === '--help' || command === '-h') {
  process.stdout.write(USAGE);
} else if (command === 'list' && locale !== undefined && more.length === 0) {
  const texts = [...(await adoptableTexts(NAMELESS, locale))].flatMap(([key, { text }]) =>
    text !== null && (key.includes(part) || text.includes(part)) ? [[key, text]] : [],
  );
  process.stdout.write(`${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`);
} else if (command === 'check' && part === '') {
  await check(argument);
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}

async function check(folder: string | undefined): Promise<void> {
  try {
    const given = folder ?? readEnvironment(process.env).ADOPTION_DIR;
    if (given === undefined) throw new Error('Name a folder, or set ADOPTION_DIR.');
    await readAdoptionFolder(given);
    process.stdout.write('The files are right.\n');
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

function inEach(name: string): Record<Locale, string> {
  return Object.fromEntries(LOCALES.map((one) => [one, name])) as Record<Locale, string>;
}
