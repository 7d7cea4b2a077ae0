/** Long work speaks in steps: what, how far, and the bound. Front ends draw them as a spinner, lines or JSON. */
export type Progress =
  | {
      type: 'step-started';
      step: string /** Seconds that it usually takes. */;
      expected?: number /** Seconds after which it is given up. */;
      bound?: number;
    }
  | { type: 'step-note'; step: string; note: string }
  | { type: 'step-done'; step: string; seconds: number; cached?: boolean }
  | { type: 'step-failed'; step: string; seconds: number; reason: string };

export type OnProgress = (progress: Progress) => void;
