import { PassThrough } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeApi } from './api.ts';
import { bounded } from './bounded.ts';

type ExecRequest = Parameters<KubeApi['exec']>[0];
type Executed = Awaited<ReturnType<KubeApi['exec']>>;

const channels = { stdout: 1, stderr: 2, status: 3 } as const;

/** More than this is not collected: a grader asks for a line, not for a disk. */
const maxOutputBytes = 1024 * 1024;

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
interface ExecStatus {
  status?: string;
  reason?: string;
  message?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
}

function outcomeOf(status: ExecStatus, stdout: string, stderr: string): Executed {
  if (status.status === 'Success') return { ok: true, exitCode: 0, stdout, stderr };
  const exitCode = Number(status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message);
  if (status.reason === 'NonZeroExitCode' && Number.isInteger(exitCode)) return { ok: true, exitCode, stdout, stderr };
  return { ok: false, reason: status.message ?? status.reason ?? 'it ended without a status' };
}

/** What the socket's library says of a refused upgrade, in the API server's terms. */
function refusal(error: unknown, { namespace, pod, container }: ExecRequest): string {
  const message = (error as { message?: string }).message ?? String(error);
  const status = /Unexpected server response: (\d+)/.exec(message)?.[1];
  if (status === '404') return `Pod ${pod} is not in namespace ${namespace}`;
  if (status === '403' || status === '401') return `not allowed to run commands in Pod ${pod} (HTTP status ${status})`;
  const where = container ? `container ${container} of Pod ${pod}` : `Pod ${pod}`;
  return status ? `${where} takes no command now (HTTP status ${status})` : `the API server could not be reached: ${message}`;
}

/**
 * Runs a command in a container over a WebSocket of its own. The socket's end is raced with its close and a time-out,
 * because a connection that breaks reports no status; the streams are ours, because client-node's default are the process's.
 */
export async function execIn(config: KubeConfig, request: ExecRequest, closed: AbortSignal): Promise<Executed> {
  const { WebSocketHandler } = await import('@kubernetes/client-node/dist/web-socket-handler.js');
  const { namespace, pod, container, command, timeoutMs } = request;
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true', stdin: 'false', tty: 'false' });
  if (container) query.set('container', container);
  for (const word of command) query.append('command', word);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec?${query}`;

  using bound = bounded([request.signal, closed], timeoutMs);
  const output: Record<number, Buffer[]> = { [channels.stdout]: [], [channels.stderr]: [] };
  let bytes = 0;
  const text = (channel: number) => Buffer.concat(output[channel] ?? []).toString('utf8');

  return await new Promise<Executed>((resolve) => {
    const blind = (reason: string) => resolve({ ok: false, reason });
    const onChannel = (channel: number, data: Buffer): boolean => {
      if (channel === channels.status) {
        try {
          resolve(outcomeOf(JSON.parse(data.toString('utf8')), text(channels.stdout), text(channels.stderr)));
        } catch {
          blind('it ended with a status that cannot be read');
        }
        return false;
      }
      bytes += data.length;
      if (bytes > maxOutputBytes) {
        blind(`it printed more than ${maxOutputBytes / 1024 / 1024} MiB`);
        return false;
      }
      output[channel]?.push(data);
      return true;
    };
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const connecting = new WebSocketHandler(config, undefined, streams).connect(path, null, onChannel);
    const giveUp = () => {
      blind(bound.expired ? `${command[0]} did not end within ${timeoutMs / 1000} s` : 'cancelled');
      connecting.then(
        (socket) => socket.terminate(),
        () => undefined,
      );
    };
    if (bound.signal.aborted) giveUp();
    bound.signal.addEventListener('abort', giveUp, { once: true });
    connecting.then(
      (socket) => {
        socket.onclose = () => blind('the connection broke before the command ended');
      },
      (error) => blind(refusal(error, request)),
    );
  });
}
