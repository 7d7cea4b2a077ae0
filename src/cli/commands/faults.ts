import { openOwnedCluster } from '../../cluster/open.ts';
import { describeFault, type FaultDescription } from '../../faults/describe.ts';
import { faultNamed, type OpenFaultDesk, openFaultDesk } from '../../faults/desk.ts';
import { exclusiveLab } from '../../faults/guard.ts';
import { faults } from '../../faults/index.generated.ts';
import { LabError } from '../../lab-error.ts';
import { journalPath, openJournal } from '../../store/journal.ts';
import { acquireLock, clusterLockPath } from '../../store/lock.ts';
import { processes } from '../../store/processes.ts';
import type { CommandContext, CommandModule } from '../command.ts';
import type { FaultsDocument } from '../documents.ts';
import { plainLines } from '../plain.ts';
import { expectNotTaken } from '../under-way.ts';

interface Options {
  name: string;
  namespace: string;
  dryRun?: boolean;
  json?: boolean;
}

/** Lists the faults, describes one, or injects one by hand. */
export const command: CommandModule = {
  name: 'faults',
  summary: 'list the faults, describe one (faults ID), or strike (faults inject ID k=v...)',
  group: 'faults',
  example: 'kubedrill faults inject stop-component component=kube-scheduler --dry-run',
  build: (command) =>
    void command
      .argument('[what]', 'id of a fault, or "inject"')
      .argument('[fault]', 'id of the fault to inject')
      .argument('[settings...]', 'its parameters, as k=v')
      .option('--name <cluster>', 'name of the cluster', 'kubedrill')
      .option('--namespace <namespace>', 'where a fault of a namespace strikes', 'default')
      .option('--dry-run', 'show the plan, change nothing')
      .option('--json', 'one JSON document'),
  async run([what, fault, ...settings], options: Record<string, unknown>, context) {
    const given = options as unknown as Options;
    if (what === undefined) return list(given, context);
    if (what !== 'inject') return show(what, given, context);
    if (fault === undefined) throw new LabError('usage', 'which fault?', { hint: 'List them: kubedrill faults' });
    return inject(fault, settings, given, context);
  },
};

function inForce({ name }: Options, context: CommandContext) {
  const entries = openJournal(journalPath(context.paths, name), { clock: context.clock }).open();
  return entries
    .filter((entry) => entry.fault !== exclusiveLab.id)
    .map(({ id, fault, what, lab, plannedAt }) => ({ id, fault, what, lab, since: new Date(plannedAt).toISOString() }));
}

function list(options: Options, context: CommandContext): number {
  const left = inForce(options, context);
  if (options.json) {
    context.json({ faults: faults.map(describeFault), inForce: left } satisfies FaultsDocument);
    return 0;
  }
  const width = Math.max(...faults.map((one) => one.id.length));
  for (const { id, what, look, scope, seconds } of faults) {
    context.print(`${id.padEnd(width)}  ${what}`);
    context.print(
      `${' '.repeat(width)}  ${scope === 'cluster' ? 'strikes the whole cluster' : 'strikes one namespace'}; ${times(seconds)}; see it: ${look}`,
    );
  }
  context.print('');
  if (left.length === 0) context.print('None is in force. Strike: kubedrill faults inject ID k=v...   What one takes: kubedrill faults ID');
  for (const { what, since, lab } of left) context.print(`IN FORCE  ${what} (since ${since}${lab ? `, lab ${lab}` : ''})`);
  if (left.length > 0) context.print('Undo: kubedrill recover');
  return 0;
}

const times = ({ effect, recovery }: FaultDescription['seconds']) => `takes about ${effect} s, to undo about ${recovery} s`;

function show(id: string, options: Options, context: CommandContext): number {
  const fault = describeFault(faultNamed(id));
  if (options.json) {
    context.json(fault);
    return 0;
  }
  context.print(`${fault.id}: ${fault.title}`);
  for (const line of [fault.what, fault.why, `See it: ${fault.look}`]) context.print(`  ${line}`);
  context.print(
    `  Bounds: ${fault.seconds.effectBound} s to show an effect, ${fault.seconds.recoveryBound} s to be well again; ${times(fault.seconds)}`,
  );
  for (const { name, required, what, choices, default: standard } of fault.params) {
    const more = [
      choices?.join(' | '),
      standard === undefined || standard === '' ? undefined : `default ${standard}`,
      required ? 'required' : undefined,
    ];
    context.print(`  ${name}=  ${what} ${more.some(Boolean) ? `(${more.filter(Boolean).join('; ')})` : ''}`.trimEnd());
  }
  return 0;
}

/** `k=v` pairs; the first `=` parts them. */
function paramsOf(settings: string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=');
      if (at < 1) throw new LabError('usage', `"${setting}" is not k=v`, { hint: 'e.g. kubedrill faults inject stop-kubelet node=all' });
      return [setting.slice(0, at), setting.slice(at + 1)];
    }),
  );
}

async function inject(id: string, settings: string[], options: Options, context: CommandContext): Promise<number> {
  const fault = faultNamed(id);
  const use = { use: fault.id, with: paramsOf(settings) };
  const cluster = await openOwnedCluster(context, options.name);
  try {
    const desk = await openFaultDesk({
      context,
      cluster,
      onEvent: (event) => {
        const { out = [], progress = [] } = plainLines(event);
        for (const line of [...out, ...progress]) context.say(line);
      },
    });
    return options.dryRun ? await dryRun(desk, use, options, context) : await strike(desk, use, options, context, cluster);
  } finally {
    await cluster.close();
  }
}

type Use = { use: string; with: Record<string, string> };

async function dryRun(desk: OpenFaultDesk, use: Use, { namespace, json }: Options, context: CommandContext): Promise<number> {
  const { params, steps, record } = await desk.plan(use, namespace);
  const { inForce, mend } = faultNamed(use.use);
  if (json) context.json({ fault: use.use, dryRun: true, params, steps, what: inForce(record), mend: mend(record) });
  else {
    context.print(`${use.use} would make it so that ${inForce(record)}:`);
    for (const step of steps) context.print(`  ${step}`);
    context.print(`Undone by: kubedrill recover; or by hand: ${mend(record)}`);
  }
  return 0;
}

async function strike(
  desk: OpenFaultDesk,
  use: Use,
  options: Options,
  context: CommandContext,
  cluster: { name: string; id: string },
): Promise<number> {
  const { namespace, json, name } = options;
  const lock =
    faultNamed(use.use).scope === 'cluster'
      ? acquireLock(clusterLockPath(context.paths, name), { ...processes.self(), command: `kubedrill faults inject ${use.use}` })
      : undefined;
  try {
    if (lock) expectNotTaken(context, cluster, undefined);
    const journalId = await desk.inject(use, namespace, '');
    const entry = desk.inForce().find((one) => one.journalId === journalId);
    await desk.close();
    const left = desk.inForce().some((one) => one.journalId === journalId);
    if (json) context.json({ fault: use.use, dryRun: false, journalId, what: entry?.what ?? '', inForce: left });
    else context.print(left ? `In force: ${entry?.what}. Undo: kubedrill recover` : `It is over: ${use.use}`);
    return 0;
  } finally {
    lock?.release();
  }
}
