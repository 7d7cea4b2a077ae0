import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatsNamed, writeReports } from '../../batch/reports.ts';
import type { ResultsOptions } from '../../batch/results.ts';
import { parseShard, shardOf } from '../../batch/shard.ts';
import type { HomeCluster, Source, SourceOptions } from '../../batch/sources.ts';
import { rowLine, summaryLines } from '../../batch/summary-lines.ts';
import type { Lab } from '../../lab/schema.ts';
import { LabError } from '../../lab-error.ts';
import { exitCodeOf, type Gradebook } from '../../report/gradebook.ts';
import { version } from '../../version.ts';
import type { CommandContext, CommandModule } from '../command.ts';
import { labsNamed } from '../labs.ts';
import { registry } from '../registry.ts';

export interface GradeOptions {
  roster?: string;
  manifests?: string;
  snapshots?: string;
  assignment?: string;
  due?: string;
  out?: string;
  format?: string;
  parallel?: string;
  limit?: string;
  onlyErrors?: boolean;
  fresh?: boolean;
  probe?: boolean;
  maxObjects?: string;
  shard?: string;
  rows?: boolean;
  onCluster?: string;
  shards?: string;
  image?: string;
  kubeconfig?: string;
  name?: string;
  labs?: string[];
  json?: boolean;
}

/** As `images/kubedrill/build.ts` names it. */
const defaultImage = 'kd/kubedrill:1.0';

/** A whole number from 1, or a usage error that quotes what was given. */
function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new LabError('usage', `${option} takes a whole number from 1, not "${text}"`);
  return value;
}

function secondsOf(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+)(s|m)?$/.exec(text) ?? [];
  const value = Number(number) * (unit === 'm' ? 60 : 1);
  if (!number || value < 1) throw new LabError('usage', `--limit takes a time such as 60s or 5m, not "${text}"`);
  return value;
}

function dueOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value))
    throw new LabError('usage', `--due takes a moment with its time zone such as 2026-03-01T12:00:00Z, not "${text}"`);
  return value;
}

const kinds = ['roster', 'manifests', 'snapshots'] as const;

/** Which of the three sources it is; a roster beside a folder says who is expected in it. */
function kindOf(options: GradeOptions): (typeof kinds)[number] {
  if (options.manifests !== undefined && options.snapshots !== undefined)
    throw new LabError('usage', 'grade takes --manifests or --snapshots, not both');
  const kind =
    options.manifests !== undefined
      ? 'manifests'
      : options.snapshots !== undefined
        ? 'snapshots'
        : options.roster !== undefined
          ? 'roster'
          : undefined;
  if (kind) return kind;
  throw new LabError('usage', 'grade needs to know where the work is: --roster, --manifests or --snapshots', {
    hint: 'See the examples: kubedrill grade --help',
  });
}

/** Grades a class: live clusters, manifests or snapshots, side by side and each for themselves. */
export const command: CommandModule = {
  name: 'grade',
  summary: 'grade a class: live clusters, submitted manifests or snapshots',
  group: 'teach',
  example: 'kubedrill grade bf-port-mismatch --roster roster.yaml --out grades --format csv,html',
  build: (command) =>
    void command
      .argument('<lab...>', 'ids of the labs')
      .option('--roster <file>', 'learners and their live clusters; beside a folder: who is expected')
      .option('--manifests <folder>', 'one folder, archive or file of manifests for each learner (also nbgrader, Gradescope)')
      .option('--snapshots <folder>', 'archives that `kubedrill snapshot` made')
      .option('--assignment <name>', "nbgrader's name of the assignment; default: the lab's id")
      .option('--due <time>', 'later work is shown as late, e.g. 2026-03-01T12:00:00Z')
      .option('--out <folder>', 'write reports and results there')
      .option('--format <names>', 'reports: json, csv, html, markdown, junit, gradescope', 'json,csv,html')
      .option('--parallel <n>', 'learners graded at once (16; 4 for manifests)')
      .option('--limit <time>', 'time limit of each learner (60s; 5m for manifests)')
      .option('--only-errors', 'grade again only who could not be graded')
      .option('--fresh', 'begin anew, also after an interrupted run')
      .option('--probe', "allow a probe Pod in learners' clusters, for HTTP and DNS checks")
      .option('--max-objects <n>', 'objects of one submission at the most', '100')
      .option('--shard <i/n>', 'only the i-th of n equal parts of the roster')
      .option('--rows', 'print each row as a JSON line as it comes')
      .option('--on-cluster <context>', 'grade a roster as a Job on this cluster')
      .option('--shards <n>', 'parts of that Job', '3')
      .option('--image <reference>', 'image of that Job', defaultImage)
      .option('--kubeconfig <file>', "kubeconfig of that context; default: kubedrill's own")
      .option('--name <cluster>', 'name of the owned cluster', 'kubedrill')
      .option('--labs <folder...>', 'also take labs from these folders (data only)')
      .option('--json', 'the gradebook as JSON; of several labs, one JSON line for each'),
  async run(ids, options: GradeOptions, context) {
    const kind = kindOf(options);
    const formats = formatsNamed(options.format ?? '');
    const limitMs = secondsOf(options.limit ?? (kind === 'manifests' ? '5m' : '60s')) * 1000;
    const parallel = wholeNumber(options.parallel ?? (kind === 'manifests' ? '4' : '16'), '--parallel');
    const due = dueOf(options.due);
    if (options.onlyErrors && options.fresh)
      throw new LabError('usage', '--only-errors keeps earlier results, --fresh throws them away: give one of them');
    const labs = await labsNamed(context, ids, options.labs);
    const { openHome } = await import('../../batch/home.ts');
    const home = openHome(context, options.name);
    const books: Gradebook[] = [];
    try {
      for (const lab of labs) {
        const folder = options.out === undefined ? undefined : labs.length > 1 ? join(resolve(options.out), lab.id) : resolve(options.out);
        const book = await gradeOne(lab, { ...options, kind, limitMs, parallel, due, folder, home, context });
        books.push(book);
        const written = folder === undefined ? [] : writeReports(book, lab, formats, folder);
        for (const path of written) context.say(`wrote ${path}`);
        if (options.json && labs.length > 1) context.print(JSON.stringify(book));
        else if (options.json) context.json(book);
        else if (!options.rows) for (const line of summaryLines(book)) context.print(line);
        if (book.summary.errors > 0 && !options.shard)
          context.say('Grade again only who could not be graded: the same command with --only-errors');
      }
    } finally {
      await home.close();
    }
    // whoever reads the rows judges them: a shard that is through is done
    if (options.rows) return 0;
    return Math.max(...books.map((book) => exitCodeOf(book.summary)));
  },
};

interface GradeOne extends Omit<GradeOptions, 'parallel' | 'due'> {
  kind: (typeof kinds)[number];
  limitMs: number;
  parallel: number;
  due: number | undefined;
  folder: string | undefined;
  home: { open(): Promise<HomeCluster>; close(): Promise<void> };
  context: CommandContext;
}

async function gradeOne(lab: Lab, options: GradeOne): Promise<Gradebook> {
  const { context, kind, limitMs } = options;
  const { readRoster, rosterSource, manifestsSource, snapshotsSource } = await import('../../batch/sources.ts');
  const { gradeClass } = await import('../../batch/grade-class.ts');
  const { openResults } = await import('../../batch/results.ts');
  const { fingerprintOfLab } = await import('../../batch/fingerprint-lab.ts');
  const fingerprint = fingerprintOfLab(lab);
  const common: SourceOptions = {
    lab,
    graders: registry.graders,
    home: options.home.open,
    clock: context.clock,
    signal: context.signal,
    say: (line) => context.say(line),
  };
  const expected = kind !== 'roster' && options.roster !== undefined ? readRoster(options.roster) : undefined;
  const folder = { ...common, assignment: options.assignment, roster: expected };
  if (options.onCluster !== undefined) return gradeAsJob(lab, options, common, fingerprint);
  let source: Source;
  if (kind === 'roster')
    source = await rosterSource(options.roster!, { ...common, mayProbe: options.probe ?? false, shard: shardNamed(options.shard) });
  else if (kind === 'manifests')
    source = await manifestsSource(options.manifests!, {
      ...folder,
      maxObjects: wholeNumber(options.maxObjects ?? '100', '--max-objects'),
      limitMs,
    });
  else source = await snapshotsSource(options.snapshots!, folder);

  const results = openResults(resultsOf(lab, options, source.name, fingerprint));
  if (options.rows) context.print(JSON.stringify({ type: 'run', kubedrill: version, lab: lab.id, fingerprint }));
  let done = 0;
  try {
    const book = await gradeClass({
      lab,
      works: source.works,
      graders: registry.graders,
      results,
      parallel: options.parallel,
      limitMs,
      due: options.due ?? source.due ?? expected?.due,
      onRow(grade, kept) {
        done += 1;
        if (options.rows) context.print(JSON.stringify({ type: 'learner', key: '', grade }));
        context.say(`[${done}/${source.works.length}]${rowLine(grade)}${kept ? ' (from the earlier run)' : ''}`);
      },
      clock: context.clock,
      signal: context.signal,
    });
    if (options.rows) context.print(JSON.stringify({ type: 'done' }));
    return book;
  } finally {
    await source.close();
  }
}

/** Where the results of a grading are kept: beside its reports, or with kubedrill's own state. */
function resultsOf(lab: Lab, options: GradeOne, source: string, fingerprint: string): ResultsOptions {
  const { context } = options;
  const place = options.folder ?? join(context.paths.state, 'grades', createHash('sha256').update(source).digest('hex').slice(0, 16));
  return {
    path: join(place, `${lab.id}${options.shard ? `.${options.shard.replace('/', '-of-')}` : ''}.results.jsonl`),
    lab: lab.id,
    fingerprint,
    source,
    mode: options.onlyErrors ? 'only-errors' : options.fresh ? 'fresh' : 'go-on',
    now: new Date(context.clock.now()).toISOString(),
  };
}

/** Grades a roster as a Job on another cluster, or on the owned one. */
async function gradeAsJob(lab: Lab, options: GradeOne, common: SourceOptions, fingerprint: string): Promise<Gradebook> {
  const { context, kind } = options;
  if (kind !== 'roster' || options.shard)
    throw new LabError('usage', '--on-cluster grades a whole roster: give it --roster, and no --shard');
  const { rosterSource } = await import('../../batch/sources.ts');
  const { gradeOnCluster } = await import('../../batch/on-cluster/run.ts');
  const { openResults } = await import('../../batch/results.ts');
  const { openJobCluster } = await import('../../batch/on-cluster/open.ts');
  const cluster = await openJobCluster({
    context: options.onCluster!,
    kubeconfig: options.kubeconfig,
    home: options.home.open,
    name: options.name,
  });
  try {
    const { live, roster, name, works, close } = await rosterSource(options.roster!, { ...common, mayProbe: false, homeElsewhere: true });
    const learners = roster.learners.map((learner, index) => ({ learner, key: works[index]!.key, place: live.placeOf(learner) }));
    if (!cluster.owned && learners.some(({ place }) => place === 'home')) {
      throw new LabError(
        'usage',
        `${options.roster} names no kubeconfig for some learners, and ${options.onCluster} is no cluster of kubedrill's`,
        {
          hint: 'Give each learner a kubeconfig, or run the Job on the owned cluster.',
        },
      );
    }
    let done = 0;
    try {
      return await gradeOnCluster({
        lab,
        labFiles: { 'lab.yaml': readFileSync(resolve(lab.folder, 'lab.yaml'), 'utf8'), ...lab.files },
        graders: registry.graders,
        learners,
        results: openResults(resultsOf(lab, options, name, fingerprint)),
        api: cluster.api,
        shards: wholeNumber(options.shards ?? '3', '--shards'),
        image: options.image ?? defaultImage,
        parallel: options.parallel,
        limitSeconds: options.limitMs / 1000,
        onRow(grade, kept) {
          done += 1;
          context.say(`[${done}/${learners.length}]${rowLine(grade)}${kept ? ' (from the earlier run)' : ''}`);
        },
        say: (line) => context.say(line),
        clock: context.clock,
        signal: context.signal,
      });
    } finally {
      await close();
    }
  } finally {
    await cluster.close();
  }
}

function shardNamed(text: string | undefined): (<T>(items: T[]) => T[]) | undefined {
  if (text === undefined) return undefined;
  const shard = parseShard(text);
  if (!shard) throw new LabError('usage', `--shard takes i/n such as 2/3, not "${text}"`);
  return (items) => shardOf(items, shard.index, shard.of);
}
