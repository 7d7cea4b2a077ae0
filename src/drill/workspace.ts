import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { parseDocument } from 'yaml';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { unwritable, writeWhole } from '../system/files.ts';

export interface WorkspaceOptions {
  lab: Lab;
  /** The learner's folder: the lab's `files/` lie in it. */
  folder: string;
  /** Folder of the kubectl shim that goes first on PATH. */
  shims: string;
  /** Where the shim notes what was run. */
  commandLog: string;
  kubeconfig: string;
  kubectl: string;
  namespace: string;
  render: (text: string) => string;
  env: Record<string, string | undefined>;
}

/** A folder and an environment in which a learner's shell, and the runner's own kubectl, work on one drill only. */
export interface Workspace {
  cwd: string;
  env: Record<string, string>;
  /** Puts the files of a folder of the lab (`solution`, `wrong`, `start`) beside the learner's. */
  bring(folder: 'solution' | 'wrong' | 'start'): void;
  /** Takes them away again. */
  clear(): void;
}

const hidden = ['solution', 'wrong', 'start'] as const;

/** Lays out the drill's folder. `fresh` overwrites what the learner changed. */
export function layOutWorkspace(options: WorkspaceOptions, fresh: boolean): Workspace {
  const { lab, folder, shims, render } = options;
  const place = (path: string, text: string) => {
    const target = resolve(folder, path);
    if (!target.startsWith(resolve(folder) + sep)) throw new LabError('lab-invalid', `${lab.folder}: file ${path} lies outside the lab`);
    try {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, render(text));
    } catch (cause) {
      throw unwritable(target, cause);
    }
  };
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [path, text] of Object.entries(lab.files)) {
    const given = path.startsWith('files/') ? path.slice('files/'.length) : undefined;
    if (given && (fresh || !existsSync(join(folder, given)))) place(given, text);
  }
  const config = join(shims, 'kubeconfig');
  writeWhole(config, namespacedKubeconfig(readFileSync(options.kubeconfig, 'utf8'), options.namespace));
  writeWhole(join(shims, 'kubectl'), kubectlShim(options.kubectl, options.commandLog), 0o700);
  chmodSync(join(shims, 'kubectl'), 0o700);
  const path = options.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
  return {
    cwd: folder,
    env: { KUBECONFIG: config, PATH: `${shims}:${path}`, KUBEDRILL_LAB: lab.id, KUBEDRILL_NAMESPACE: options.namespace },
    bring(which) {
      // a wrong fix may begin as the solution does
      const folders = which === 'wrong' ? ['wrong/', 'solution/'] : [`${which}/`];
      for (const [file, text] of Object.entries(lab.files)) if (folders.some((one) => file.startsWith(one))) place(file, text);
    },
    clear() {
      for (const which of hidden) rmSync(join(folder, which), { recursive: true, force: true });
    },
  };
}

/** The private kubeconfig with the drill's namespace as its default. */
export function namespacedKubeconfig(text: string, namespace: string): string {
  const config = parseDocument(text);
  const current = config.get('current-context');
  const contexts = (config.toJS() as { contexts: { name: string }[] }).contexts;
  const index = contexts.findIndex((context) => context.name === current);
  if (index < 0)
    throw new LabError('no-cluster', `the kubeconfig names no context "${String(current)}"`, { hint: 'Make it again: kubedrill up' });
  config.setIn(['contexts', index, 'context', 'namespace'], namespace);
  return config.toString();
}

/** Runs the real kubectl and notes time, exit code and arguments (base64 of NUL-joined words) of what the learner typed. */
const kubectlShim = (kubectl: string, log: string) => `#!/bin/sh
'${kubectl}' "$@"
code=$?
printf '%s %s %s\\n' "$(date +%s)" "$code" "$(printf '%s\\0' "$@" | base64 | tr -d '\\n')" >> '${log}' 2>/dev/null
exit $code
`;
