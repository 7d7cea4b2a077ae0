import { lastStepOf, staysInNamespace } from '../lab/reach.ts';
import type { Lab, LabWrongFix } from '../lab/schema.ts';
import { reasonOf } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import type { CheckState } from './events.ts';
import { differences } from './fingerprint.ts';
import type { DrillSession } from './session.ts';

/** What was found out about a lab. Programs rely on its shape. */
export interface LabProof {
  id: string;
  ok: boolean;
  /** Checks that pass although nothing was done, guards that do not hold, and checks that could not see. */
  untouched: { ok: boolean; passed: string[]; notes: string[] };
  solution: { ok: boolean; failed: string[]; notes: string[] };
  wrong: WrongProof[];
  reset: { ok: boolean; difference: string[] };
  seconds: number;
  /** The proof itself broke: the cluster, not the lab. */
  error?: string;
}

export interface WrongProof {
  id: string;
  ok: boolean;
  /** Checks and guards that do not pass after it. */
  failed: string[];
  notes: string[];
}

/** Makes a drill of the lab in a namespace of its own; it is not opened yet. */
export type MakeFresh = (suffix: string) => DrillSession;

const untouchedBoundMs = 3000;
const guardBoundMs = 45_000;
const stepBoundMs = 240_000;
const wrongBoundMs = 60_000;
const defaultSettleMs = 5000;
/** How long after a wrong fix checks may stand otherwise than declared. */
const showsBoundMs = 20_000;

const verdictOf = (check: CheckState) => check.verdict?.verdict ?? 'error';

/** In a line, why a check does not stand as it should. */
function note(check: CheckState): string {
  const { verdict } = check;
  if (!verdict || verdict.verdict === 'error') return `${check.id}: could not look: ${verdict?.reason ?? 'no verdict'}`;
  if (verdict.verdict === 'pass') return `${check.id}: passes: ${verdict.evidence}`;
  return `${check.id}: ${verdict.verdict}: ${verdict.field ? `${verdict.field}: ` : ''}observed ${verdict.observed}, expected ${verdict.expected}`;
}

/** Untouched, every scored check fails or waits and every guard holds. */
async function proveUntouched(session: DrillSession): Promise<LabProof['untouched']> {
  const checks = session.lab.steps.flatMap((step) => step.checks);
  const scored = await session.settle(
    checks.filter((check) => !check.guard).map((check) => check.id),
    untouchedBoundMs,
  );
  const guards = await session.settle(
    checks.filter((check) => check.guard).map((check) => check.id),
    guardBoundMs,
  );
  const wrong = [
    ...scored.filter((check) => verdictOf(check) === 'pass' || verdictOf(check) === 'error'),
    ...guards.filter((check) => verdictOf(check) !== 'pass'),
  ];
  return {
    ok: wrong.length === 0,
    passed: scored.filter((check) => verdictOf(check) === 'pass').map((check) => check.id),
    notes: wrong.map(note),
  };
}

async function solveStep(session: DrillSession): Promise<CheckState[]> {
  const step = session.currentStep();
  await session.runCommands(step.solution, 'solution');
  return session.settle(
    step.checks.map((check) => check.id),
    stepBoundMs,
  );
}

/** The solution passes each step, and at the end everything holds together. `tried`: wrong fixes that can be taken back, each at its step. */
async function proveSolution(session: DrillSession, tried: WrongProof[], clock: Clock): Promise<LabProof['solution']> {
  for (let index = 0; index < session.lab.steps.length; index++) {
    for (const fix of fixesOnTheWay(session.lab, session.currentStep().id)) {
      tried.push(await tryWrong(session, fix, index, clock));
      await session.runCommands(fix.undo ?? [], 'wrong');
    }
    const missed = (await solveStep(session)).filter((check) => verdictOf(check) !== 'pass');
    if (missed.length > 0) return { ok: false, failed: missed.map((check) => check.id), notes: missed.map(note) };
    await session.advance();
  }
  const end = await session.settle(
    session.lab.steps.flatMap((step) => step.checks.map((check) => check.id)),
    guardBoundMs,
  );
  const missed = end.filter((check) => verdictOf(check) !== 'pass');
  return { ok: missed.length === 0, failed: missed.map((check) => check.id), notes: missed.map((check) => `at the end, ${note(check)}`) };
}

/** Wrong fixes that can be taken back; of one step, or of all. */
const fixesOnTheWay = (lab: Lab, step?: string) => lab.wrong.filter((fix) => fix.undo && (step === undefined || fix.step === step));

/** A wrong fix in a drill of its own: the solution leads to its step. */
async function proveWrong(session: DrillSession, fix: LabWrongFix, clock: Clock): Promise<WrongProof> {
  const at = session.lab.steps.findIndex((step) => step.id === fix.step);
  for (let index = 0; index < at; index++) {
    const missed = (await solveStep(session)).filter((check) => verdictOf(check) !== 'pass');
    if (missed.length > 0)
      return {
        id: fix.id,
        ok: false,
        failed: missed.map((check) => check.id),
        notes: missed.map((check) => `before the wrong fix, ${note(check)}`),
      };
    await session.advance();
  }
  return tryWrong(session, fix, at, clock);
}

/** At its step: it fails exactly the checks that it declares, of the steps up to this one (or `through`). */
async function tryWrong(session: DrillSession, fix: LabWrongFix, at: number, clock: Clock): Promise<WrongProof> {
  const { steps } = session.lab;
  const last = lastStepOf(session.lab, fix);
  await session.runCommands(fix.run, 'wrong', undefined, true);
  for (const step of steps.slice(at + 1, last + 1)) {
    // there is no way back over a step: what is to be taken back stays at its own
    if (!fix.undo) await session.advance();
    await session.runCommands(step.solution, 'solution', undefined, true);
  }
  const considered = steps.slice(0, last + 1).flatMap((step) => step.checks.map((check) => check.id));
  const others = considered.filter((id) => !fix.mustFail.includes(id));
  await session.settle(others, wrongBoundMs);
  await session.settle(fix.mustFail, fix.settle ?? defaultSettleMs);
  /** What is not as declared. */
  const unexpectedIn = (checks: CheckState[]) =>
    checks.filter((check) => {
      const verdict = verdictOf(check);
      return verdict === 'error' || (verdict === 'pass') === fix.mustFail.includes(check.id);
    });
  let end = await session.settle(considered, 1);
  // the cluster follows: a proxy reads its new rules, a container is started again; what stays so is meant
  for (const until = clock.now() + showsBoundMs; unexpectedIn(end).length > 0 && clock.now() < until; ) {
    await clock.sleep(500);
    end = await session.settle(considered, 1);
  }
  const failed = end.filter((check) => verdictOf(check) === 'fail' || verdictOf(check) === 'waiting');
  const unexpected = unexpectedIn(end);
  return { id: fix.id, ok: unexpected.length === 0, failed: failed.map((check) => check.id), notes: unexpected.map(note) };
}

/** Nothing of the drill stays, also when its set-up came only half way; then the first error is the one to tell. */
async function using<T>(make: MakeFresh, suffix: string, act: (session: DrillSession) => Promise<T>): Promise<T> {
  const session = make(suffix);
  // abandoning has mended what could be mended: closing need not try the same again
  const end = () => session.abandon().finally(() => session.close(true));
  let result: T;
  try {
    await session.open();
    result = await act(session);
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
  await end();
  return result;
}

export interface ProofTask {
  /** For progress: `in-first-pod`, `in-first-pod (wrong: deployment)`. */
  name: string;
  /** How much there is to do, compared with other pieces: the longest should begin first. */
  size: number;
  /** It needs the cluster alone. */
  alone: boolean;
  run(make: MakeFresh): Promise<Partial<LabProof>>;
}

/** Wrong fixes that take a drill of their own. */
const fixesAlone = (lab: Lab) => lab.wrong.filter((fix) => !fix.undo);

const waits = /^(kubectl (rollout status|wait|drain)|@wait|@delete-pod)\b/;

/** Steps, what waits for the cluster, and faults, which take a while to strike and to mend. */
function sizeOf(lab: Lab, last: number, fixes: readonly LabWrongFix[]): number {
  const steps = lab.steps.slice(0, last + 1);
  const commands = [...steps.flatMap((step) => step.solution), ...fixes.flatMap((fix) => [...fix.run, ...(fix.undo ?? [])])];
  const faults = lab.setup.filter((action) => 'fault' in action).length + steps.filter((step) => step.fault).length;
  const triedOnTheWay = fixes.filter((fix) => fix.undo).length;
  return 1 + steps.length + triedOnTheWay + commands.filter((command) => waits.test(command)).length + 2 * faults;
}

/** The independent pieces of a lab's proof, the whole one first; each has a namespace of its own, so that they may run side by side. */
export function proofTasks(lab: Lab, clock: Clock): ProofTask[] {
  const whole: ProofTask = {
    name: lab.id,
    size: sizeOf(lab, lab.steps.length - 1, fixesOnTheWay(lab)),
    alone: lab.exclusive,
    run: (make) =>
      using(make, '', async (session) => {
        const before = session.fingerprint;
        const untouched = await proveUntouched(session);
        const wrong: WrongProof[] = [];
        const solution = await proveSolution(session, wrong, clock).catch((error: unknown) => ({
          ok: false,
          failed: [],
          notes: [reasonOf(error)],
        }));
        for (const { id } of fixesOnTheWay(session.lab))
          if (!wrong.some((one) => one.id === id))
            wrong.push({ id, ok: false, failed: [], notes: ['not tried: the solution did not come so far'] });
        const difference = await session
          .reset()
          .then(() => differences(before, session.fingerprint))
          .catch((error: unknown) => [reasonOf(error)]);
        return { untouched, solution, wrong, reset: { ok: difference.length === 0, difference } };
      }),
  };
  const wrong = fixesAlone(lab).map(
    (fix): ProofTask => ({
      name: `${lab.id} (wrong: ${fix.id})`,
      size: sizeOf(lab, lastStepOf(lab, fix), [fix]),
      alone: lab.exclusive && !staysInNamespace(lab, fix),
      run: (make) =>
        using(make, `-${fix.id}`, async (session) => ({
          wrong: [
            await proveWrong(session, fix, clock).catch(
              (error: unknown): WrongProof => ({ id: fix.id, ok: false, failed: [], notes: [reasonOf(error)] }),
            ),
          ],
        })),
    }),
  );
  return [whole, ...wrong];
}

/**
 * Pieces that go one after the other, in rows that may run side by side. The host of an Ingress belongs to the whole cluster,
 * so drills of one such lab would answer for each other.
 */
export const proofRows = (lab: Pick<Lab, 'needs'>, tasks: ProofTask[]): ProofTask[][] =>
  lab.needs.ingress ? [tasks] : tasks.map((task) => [task]);

/** Puts the pieces of a lab's proof together. */
export function joinProof(lab: Lab, pieces: readonly (Partial<LabProof> | { error: string })[], seconds: number): LabProof {
  const errors = pieces.flatMap((piece) => (piece.error ? [piece.error] : []));
  const whole = pieces.find((piece): piece is Partial<LabProof> => 'untouched' in piece);
  const wrong = lab.wrong.flatMap((fix) =>
    pieces.flatMap((piece) => ('wrong' in piece ? (piece.wrong ?? []) : [])).filter((proof) => proof.id === fix.id),
  );
  const proof: LabProof = {
    id: lab.id,
    ok: false,
    untouched: whole?.untouched ?? { ok: false, passed: [], notes: [] },
    solution: whole?.solution ?? { ok: false, failed: [], notes: [] },
    wrong,
    reset: whole?.reset ?? { ok: false, difference: [] },
    seconds,
    ...(errors.length > 0 ? { error: [...new Set(errors)].join('; ') } : {}),
  };
  proof.ok =
    errors.length === 0 &&
    proof.untouched.ok &&
    proof.solution.ok &&
    proof.reset.ok &&
    wrong.length === lab.wrong.length &&
    wrong.every((one) => one.ok);
  return proof;
}

/** Seconds since `started`, to a tenth. */
export const secondsSince = (clock: Clock, started: number): number => Math.round((clock.now() - started) / 100) / 10;
