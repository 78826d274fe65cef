// Reads the text exposition format as strictly as its documentation has it, so that a test sees what a lenient reader would
// forgive: series out of their family, doubled series, histograms that do not add up.

export type ReadFamily = {
  readonly type: string;
  readonly help: string;
  readonly series: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
};

export type Exposition = ReadonlyMap<string, ReadFamily>;

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,(?!$)|$)/y;

/** @throws Error on anything that the format does not allow */
export function readExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('the last line must end');
  const families = new Map<string, ReadFamily>();
  let current: readonly [string, ReadFamily] | undefined;
  const lines = text.slice(0, -1).split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (!line.startsWith('#')) {
      readSample(line, current);
      continue;
    }
    const help = /^# HELP (\S+) (.+)$/.exec(line);
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(lines[++at] ?? '');
    if (!help?.[1] || !help[2] || !type?.[2] || help[1] !== type[1]) throw new Error(`not a family's head: ${line}`);
    if (!metricName.test(help[1]) || families.has(help[1])) throw new Error(`a bad or doubled name: ${help[1]}`);
    if ((type[2] === 'counter') !== help[1].endsWith('_total')) throw new Error(`not a counter's name: ${help[1]}`);
    current = [help[1], { help: help[2], type: type[2], series: [] }];
    families.set(...current);
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

/** The sum of a family's series that carry these labels. */
export function sumOf(read: Exposition, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const family = read.get(name.replace(/_(bucket|sum|count)$/, '')) ?? read.get(name);
  if (!family) throw new Error(`there is no ${name}`);
  return family.series
    .filter((series) => series.name === name)
    .filter((series) => Object.entries(labels).every(([key, value]) => series.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function readSample(line: string, current: readonly [string, ReadFamily] | undefined): void {
  const [, name = '', inBraces = '', number = ''] = sampleLine.exec(line) ?? [];
  if (!current || name === '') throw new Error(`not a sample: ${line}`);
  const [family, { type, series }] = current;
  const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  if (!suffixes.some((suffix) => name === family + suffix)) throw new Error(`${name} stands under ${family}`);
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (number === '' || Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  series.push({ name, labels: readLabels(inBraces), value });
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (label.lastIndex = 0; label.lastIndex < text.length; ) {
    const [, name = '', value = ''] = label.exec(text) ?? [];
    if (name === '' || name in labels) throw new Error(`bad labels: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function checkFamily(name: string, { type, series }: ReadFamily): void {
  const ids = series.map((one) => JSON.stringify([one.name, Object.entries(one.labels).sort()]));
  if (new Set(ids).size !== ids.length) throw new Error(`${name} has a series twice`);
  if (type !== 'histogram') return;
  const groups = Map.groupBy(series, ({ labels: { le: _le, ...rest } }) => JSON.stringify(Object.entries(rest).sort()));
  for (const [labels, group] of groups) {
    const buckets = group.filter((one) => one.name.endsWith('_bucket')).map(({ value }) => value);
    const [count, sum] = ['_count', '_sum'].map((suffix) => group.find((one) => one.name === name + suffix)?.value);
    const grows = buckets.every((value, at) => at === 0 || value >= (buckets[at - 1] ?? 0));
    const last = group.findLast((one) => one.name.endsWith('_bucket'));
    if (!grows || last?.labels['le'] !== '+Inf' || last.value !== count || sum === undefined)
      throw new Error(`${name}${labels} is no histogram`);
  }
}
