import type { Lab, LabHint, LabStep } from '../lab/schema.ts';
import type { DrillRecord } from '../store/drills.ts';
import type { CheckState, HintState, StepState } from './events.ts';
import { earnedBy, pointsOf, stepVerdict } from './score.ts';

/** How far a learner is: steps, hints, predictions, points. Works on the drill's record; `save` makes every change durable. */
export class DrillProgress {
  private readonly lab: Lab;
  private readonly save: () => void;
  record: DrillRecord;

  constructor(lab: Lab, record: DrillRecord, save: () => void) {
    this.lab = lab;
    this.record = record;
    this.save = save;
  }

  currentStep(): LabStep {
    return this.lab.steps[this.record.current] as LabStep;
  }

  isLastStep(): boolean {
    return this.record.current + 1 >= this.lab.steps.length;
  }

  kept(step: LabStep): DrillRecord['steps'][string] {
    this.record.steps[step.id] ??= { state: 'todo', hintsOpened: [], earned: 0 };
    return this.record.steps[step.id] as DrillRecord['steps'][string];
  }

  stepStates(): StepState[] {
    return this.lab.steps.map((step, index) => {
      const { state, hintsOpened, earned } = this.kept(step);
      return {
        id: step.id,
        title: step.title,
        state: state === 'todo' && index === this.record.current ? 'current' : state,
        hintsOpened: hintsOpened.length,
        earned,
        of: pointsOf(step),
      };
    });
  }

  isDone(step: LabStep): boolean {
    const { state } = this.kept(step);
    return state === 'passed' || state === 'solved';
  }

  /** Marks the current step as passed when all its checks pass (or, without checks, all its questions are answered). True when it was not before. */
  passWhenDone(checks: readonly CheckState[]): boolean {
    const step = this.currentStep();
    if (this.isDone(step)) return false;
    if (step.checks.length > 0 ? stepVerdict(checks) !== 'passed' : this.unanswered(step) > 0) return false;
    const kept = this.kept(step);
    kept.state = 'passed';
    kept.earned = earnedBy(step, checks, this.hintCost(step), false);
    this.save();
    return true;
  }

  markSolved(step: LabStep): void {
    const kept = this.kept(step);
    if (kept.state !== 'passed') kept.state = 'solved';
    this.save();
  }

  /** Counts a step anew by how its checks stand at the end. */
  regrade(step: LabStep, checks: readonly CheckState[]): void {
    const kept = this.kept(step);
    kept.earned = earnedBy(step, checks, this.hintCost(step), kept.state === 'solved');
    if (kept.state !== 'solved' && stepVerdict(checks) === 'passed') kept.state = 'passed';
  }

  latch(check: string): void {
    if (this.record.latched.includes(check)) return;
    this.record.latched.push(check);
    this.save();
  }

  private unanswered(step: LabStep): number {
    return step.predict.length - (this.record.predicted[step.id] ?? []).filter(Boolean).length;
  }

  notePrediction(question: number, given: string, right: boolean): void {
    const step = this.currentStep();
    this.record.predicted[step.id] ??= [];
    (this.record.predicted[step.id] as unknown[])[question] = { given, right };
    this.save();
  }

  openedHints(step: LabStep): HintState[] {
    return this.kept(step).hintsOpened.flatMap((key, index) => {
      const hint = step.hints[Number(key)];
      return hint ? [{ tier: index + 1, of: step.hints.length, text: hint.text, cost: hint.cost }] : [];
    });
  }

  /** Opens the next hint of the current step: one whose condition holds comes first. */
  openHint(holds: (condition: NonNullable<LabHint['when']>) => boolean): HintState | undefined {
    const step = this.currentStep();
    const kept = this.kept(step);
    const closed = step.hints.map((hint, index) => ({ hint, key: String(index) })).filter(({ key }) => !kept.hintsOpened.includes(key));
    const fitting = closed.find(({ hint }) => hint.when && holds(hint.when)) ?? closed.find(({ hint }) => !hint.when) ?? closed[0];
    if (!fitting) return undefined;
    kept.hintsOpened.push(fitting.key);
    this.save();
    return this.openedHints(step).at(-1);
  }

  hintCost(step: LabStep): number {
    return this.openedHints(step).reduce((sum, hint) => sum + hint.cost, 0);
  }

  /** Keeps the best result of all runs. */
  noteResult(score: number, of: number, passed: boolean, at: number): void {
    const { best } = this.record;
    if (best && score < best.score && !(passed && !best.passed)) return;
    this.record.best = { score: Math.max(score, best?.score ?? 0), of, passed: passed || (best?.passed ?? false), at };
  }
}
