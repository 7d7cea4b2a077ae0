import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export interface ExecRequest {
  namespace: string;
  pod: string;
  container: string | undefined;
  command: string[];
}

/**
 * How a command in a container ends. `drop`: the socket breaks without a status; `hang`: nothing ever comes;
 * `{ refused }`: the API server answers the upgrade with this HTTP status; `{ failure }`: the runtime could not run it.
 */
export type ExecOutcome =
  | { exitCode: number; stdout?: string; stderr?: string }
  | { failure: string }
  | { refused: number }
  | 'drop'
  | 'hang';

const channels = { stdout: 1, stderr: 2, status: 3 } as const;

/** One unmasked binary WebSocket frame of the channel protocol. @see https://kubernetes.io/blog/2024/08/20/websockets-transition/ */
function frame(channel: number, text: string): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
  const head =
    payload.length < 126
      ? Buffer.from([0x82, payload.length])
      : payload.length < 65_536
        ? Buffer.from([0x82, 126, payload.length >> 8, payload.length & 255])
        : Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0]), uint32(payload.length)]);
  return Buffer.concat([head, payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const statusOf = (outcome: { exitCode: number } | { failure: string }): object => {
  if ('failure' in outcome) return { status: 'Failure', reason: 'InternalError', code: 500, message: outcome.failure };
  if (outcome.exitCode === 0) return { status: 'Success', metadata: {} };
  const message = `command terminated with non-zero exit code: exit status ${outcome.exitCode}`;
  return {
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message,
    details: { causes: [{ reason: 'ExitCode', message: String(outcome.exitCode) }] },
  };
};

/** Answers the upgrade of an exec request and plays its outcome. */
export function playExec(request: IncomingMessage, socket: Duplex, outcome: ExecOutcome): void {
  socket.on('error', () => {});
  if (typeof outcome === 'object' && 'refused' in outcome) {
    socket.end(`HTTP/1.1 ${outcome.refused} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    return;
  }
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n`,
  );
  if (outcome === 'hang') return;
  if (outcome === 'drop') {
    socket.destroy();
    return;
  }
  if ('exitCode' in outcome) {
    if (outcome.stdout) socket.write(frame(channels.stdout, outcome.stdout));
    if (outcome.stderr) socket.write(frame(channels.stderr, outcome.stderr));
  }
  socket.write(frame(channels.status, JSON.stringify(statusOf(outcome))));
  socket.end(Buffer.from([0x88, 0x02, 0x03, 0xe8])); // close frame, 1000
}
