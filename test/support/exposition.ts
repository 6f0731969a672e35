/** One sample of Prometheus' text format. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What a process exposes: the families that it declares, and their samples. */
export interface Exposition {
  text: string;
  families: Map<string, { type: string; help: string }>;
  samples: Sample[];
  /** The sum of the samples of this name whose labels have these values; undefined without such a sample. */
  value(name: string, labels?: Record<string, string>): number | undefined;
}

/** Asks a management port for its metrics, and reads Prometheus' text format. Throws at a line that has another form. */
export async function scrape(management: string): Promise<Exposition> {
  const text = await (await fetch(`${management}/metrics`)).text();
  const families: Exposition['families'] = new Map();
  const samples: Sample[] = [];
  for (const line of text.split('\n').filter(Boolean)) {
    const declared = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (declared) {
      const [, what = '', name = '', said = ''] = declared;
      families.set(name, { type: '', help: '', ...families.get(name), [what.toLowerCase()]: said });
      continue;
    }
    const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', said = '']) => [key, said]);
    samples.push({ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) });
  }
  return {
    text,
    families,
    samples,
    value: (name, wanted = {}) => {
      const found = samples.filter(
        (one) => one.name === name && Object.entries(wanted).every(([key, value]) => one.labels[key] === value),
      );
      return found.length === 0 ? undefined : found.reduce((sum, one) => sum + one.value, 0);
    },
  };
}
