import { VECTORS, vectorText } from '../developers/vector-files.ts';

/** Prints the test vectors of the app protocol, which /developers serves too: `npm run vectors -- --help`. */

const USAGE = `Prints known answers of the app protocol as JSON.

npm run --silent vectors -- NAME

${VECTORS.map((name) => `  ${name}`).join('\n')}
`;

const [wanted = '--help', ...more] = process.argv.slice(2);
const name = VECTORS.find((one) => one === wanted);
if (wanted === '--help' || wanted === '-h') {
  process.stdout.write(USAGE);
} else if (name === undefined || more.length > 0) {
  process.stderr.write(`There are no such vectors.\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  process.stdout.write(vectorText(name));
}
