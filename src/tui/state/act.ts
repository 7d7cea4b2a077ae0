import type { Action } from '../keymap.ts';
import { paneFrom } from '../layout.ts';
import type { View } from '../view.ts';
import { foundLabs, moved, movedTrack, nextUnsolved, selectedLab } from './browse.ts';
import { commandsNow, isPaneShown, placeOf, stepOf } from './conditions.ts';
import { asked } from './drill.ts';
import { noted, troubled, withLab } from './notice.ts';
import { paneShown, withoutFocus } from './pane.ts';
import { paneScroll, scroll, turnedFace } from './scroll.ts';
import { type BrowseState, closedPane, type LabState, type Next, stay, type TuiState } from './state.ts';
import { dismissWork, makeCluster, openingLab, startWork } from './work.ts';

/** Does what a key means; dangerous actions come here once they were confirmed. */
export function act(state: TuiState, action: Action, key: string, view: View): Next {
  const browse = (change: Partial<BrowseState>): Next => stay({ ...state, browse: { ...state.browse, ...change } });
  switch (action) {
    case 'up':
    case 'down':
    case 'page-up':
    case 'page-down':
    case 'top':
    case 'bottom':
      return movesPane(state) ? stay(state, { type: 'scroll-pane', by: paneScroll(state, action) }) : stay(onMove(state, action, view));
    case 'previous-track':
      return stay({ ...state, browse: movedTrack(state.home, state.browse, -1) });
    case 'next-track':
      return stay({ ...state, browse: movedTrack(state.home, state.browse, 1) });
    case 'open':
      return open(state, selectedLab(state.home, state.browse)?.id);
    case 'search':
      return browse({ searching: true });
    case 'search-done':
      return browse({ searching: false, selected: selectedLab(state.home, state.browse)?.id, query: '' });
    case 'search-clear':
      return browse({ searching: false, query: '', selected: selectedLab(state.home, state.browse)?.id });
    case 'search-delete':
      return browse({ query: [...state.browse.query].slice(0, -1).join('') });
    case 'next-unsolved': {
      const lab = nextUnsolved(state.home, { ...state.browse, selected: selectedLab(state.home, state.browse)?.id });
      return lab ? browse({ selected: lab.id, query: '' }) : stay(noted(state, 'Every lab is passed.'));
    }
    case 'bring-up':
      return makeCluster(state);
    case 'recover':
      return stay(startWork(state, 'recover', 'Undoing every fault in force'), { type: 'recover' });
    case 'refresh':
      return stay(state, { type: 'refresh' });
    case 'help':
      return stay({ ...state, help: { offset: 0 } });
    case 'close-help':
      return stay({ ...state, help: undefined });
    case 'quit':
      return leave(state, 0);
    case 'interrupt':
      return leave(state, 130);
    case 'stop-process':
      return stay(state, { type: 'stop-process' });
    case 'cancel':
      return state.work ? stay({ ...state, work: { ...state.work, state: 'stopping' } }, { type: 'cancel-work' }) : stay(state);
    case 'dismiss':
      return dismissWork(state);
    case 'fault-read':
      return paneShown({ ...state, fault: state.fault && { ...state.fault, read: true } });
    case 'resume-lab':
      return open(state, state.debrief?.lab);
    case 'next-lab':
      return state.debrief?.next ? open(state, state.debrief.next.id) : stay(state);
    case 'go-home':
      return stay({ ...state, screen: 'home', debrief: undefined }, { type: 'refresh' });
    case 'yes':
    case 'no':
      return stay({ ...state, confirm: undefined });
    default:
      return state.lab ? actInLab(state, state.lab, action, key) : stay(state);
  }
}

/** Opens a lab; where there is no cluster yet, that is made first (it was asked for). */
function open(state: TuiState, id: string | undefined): Next {
  const lab = foundLabs(state.home, '').find((card) => card.id === id);
  if (!lab) return stay(state);
  const { cluster } = state.home;
  const chosen = { ...state, browse: { ...state.browse, selected: lab.id, searching: false } };
  if (cluster.state === 'absent') return makeCluster(chosen, lab.id);
  if (cluster.state === 'refused' || cluster.state === 'away') return stay(troubled(chosen, cluster.reason, cluster.hint));
  if (lab.unmet) return stay(troubled(chosen, lab.unmet, undefined));
  return stay(openingLab(chosen, lab.id), { type: 'open-drill', lab: lab.id });
}

/** On the way out: an open drill is closed first, which undoes cluster-wide faults; a second Ctrl+C does not wait. */
function leave(state: TuiState, code: number): Next {
  if (state.leaving !== undefined) return stay(state, { type: 'quit', code });
  return stay(startWork({ ...state, leaving: code, pane: { ...state.pane, focus: false } }, 'leave', 'Leaving'), { type: 'quit', code });
}

/** The keys that scroll are the pane's, while the learner looks at its history. */
const movesPane = (state: TuiState): boolean => state.lab?.face === 'shell' && placeOf(state) === 'lab' && isPaneShown(state);

function onMove(state: TuiState, action: 'up' | 'down' | 'page-up' | 'page-down' | 'top' | 'bottom', view: View): TuiState {
  const asking = state.lab?.asking;
  const isOpen = !state.help && !state.work;
  if (isOpen && state.screen === 'lab' && asking && !asking.sent) {
    const by = action === 'up' ? -1 : action === 'down' ? 1 : 0;
    return withLab(state, (lab) => {
      const most = (stepOf(lab)?.predict[asking.question]?.choices?.length ?? 1) - 1;
      return { ...lab, asking: { ...asking, choice: Math.max(0, Math.min(most, asking.choice + by)) } };
    });
  }
  if (isOpen && state.screen === 'home') {
    const page = Math.max(1, state.size.rows - 8);
    const by = { up: -1, down: 1, 'page-up': -page, 'page-down': page, top: -Infinity, bottom: Infinity }[action];
    return { ...state, browse: moved(state.home, state.browse, by) };
  }
  return scroll(state, action, view);
}

function actInLab(state: TuiState, lab: LabState, action: Action, key: string): Next {
  const changed = (change: Partial<LabState>): TuiState => ({ ...state, lab: { ...lab, ...change } });
  switch (action) {
    case 'shell':
      return toShell(state);
    case 'shell-wide':
      return stay({ ...state, pane: { ...state.pane, wide: !state.pane.wide } });
    case 'leave-shell':
      return withoutFocus(stay(state));
    case 'send-prefix':
      return state.pane.state === 'open'
        ? stay(focused(state), { type: 'focus-pane', focus: true }, { type: 'send-to-pane', text: '\x02', paste: false })
        : stay(state);
    case 'send-command': {
      const command = commandsNow(lab).find(({ number }) => number === Number(key));
      if (!command) return stay(state);
      if (state.pane.state === 'open' && state.size.columns >= paneFrom) {
        return stay(focused(state), { type: 'focus-pane', focus: true }, { type: 'send-to-pane', text: command.text, paste: true });
      }
      const why = state.size.columns < paneFrom ? `a pane for it needs ${paneFrom} columns` : state.pane.reason || 'there is no pane';
      return stay(noted(state, `The shell takes the whole screen here (${why}): t opens it and lists the commands.`));
    }
    case 'check':
      return lab.checking ? stay(state) : stay(changed({ checking: true }), { type: 'check' });
    case 'hint':
      return lab.hinting ? stay(state) : stay(changed({ hinting: true }), { type: 'hint' });
    case 'predict':
      return stay({ ...state, lab: asked({ ...lab, skipped: lab.skipped.filter((id) => id !== stepOf(lab)?.id) }) });
    case 'answer-read':
      return stay({ ...state, lab: asked({ ...lab, asking: undefined, offsets: { ...lab.offsets, text: 0 } }) });
    case 'skip-predict':
      return stay(changed({ asking: undefined, skipped: [...lab.skipped, stepOf(lab)?.id ?? ''] }));
    case 'predict-delete':
      return stay(lab.asking ? changed({ asking: { ...lab.asking, typed: [...lab.asking.typed].slice(0, -1).join('') } }) : state);
    case 'answer': {
      const { asking } = lab;
      const question = asking && stepOf(lab)?.predict[asking.question];
      const given = question?.choices ? question.choices[asking?.choice ?? 0] : asking?.typed.trim();
      if (!asking || !given || asking.sent) return stay(state);
      return stay(changed({ asking: { ...asking, sent: true } }), { type: 'predict', question: asking.question, given });
    }
    case 'solution':
      return stay(startWork(state, 'solve', `Solution: ${stepOf(lab)?.title ?? ''}`), { type: 'solve' });
    case 'next-step':
      return stay(startWork(state, 'next', 'Going on'), { type: 'next' });
    case 'reset':
      return stay(startWork(state, 'reset', `Putting "${lab.drill.lab.title}" back to its start`), { type: 'reset' });
    case 'finish':
      return stay(startWork(state, 'finish', `Finishing "${lab.drill.lab.title}"`), { type: 'finish' });
    case 'next-face':
      return stay(changed({ face: turnedFace(state, lab, 1) }));
    case 'previous-face':
      return stay(changed({ face: turnedFace(state, lab, -1) }));
    case 'leave':
      return stay(
        { ...state, screen: 'home', lab: undefined, fault: undefined, pane: closedPane },
        { type: 'close-drill' },
        { type: 'refresh' },
      );
    default:
      return stay(state);
  }
}

/** The shell gets the keys, and shows its end: that is where typing goes. */
const focused = (state: TuiState): TuiState => ({ ...state, pane: { ...state.pane, focus: true, back: 0 } });

/** To the pane where there is one; else the shell takes the whole terminal, and says why. */
function toShell(state: TuiState): Next {
  const { pane, size } = state;
  if (size.columns < paneFrom) {
    return stay(state, {
      type: 'suspend-to-shell',
      why: `A pane beside the text needs ${paneFrom} columns; this terminal has ${size.columns}.`,
    });
  }
  if (pane.state === 'open') return stay(focused(state), { type: 'focus-pane', focus: true });
  if (pane.state === 'unavailable') return stay(state, { type: 'suspend-to-shell', why: `A pane cannot be had here: ${pane.reason}.` });
  if (pane.state === 'opening') return stay(focused(state));
  return stay({ ...state, pane: { ...pane, state: 'opening', focus: true } }, { type: 'open-pane' });
}
