import { createServer, type Server, type Socket } from 'node:net';

/** Clusters that are dead in three ways: nobody listens, one accepts and never says a word, one says a letter now and then. */
export async function deadClusters(): Promise<{ servers: string[]; close(): void }> {
  const open = new Set<Socket>();
  const listening: Server[] = [];
  const listen = async (onConnection: (socket: Socket) => void): Promise<string> => {
    const server = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
      onConnection(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    listening.push(server);
    return `https://127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  const refused = await listen(() => undefined);
  await new Promise((resolve) => listening.pop()!.close(resolve));
  const silent = await listen(() => undefined);
  const dripping = await listen((socket) => {
    // the head of a TLS record that says it is long, and then a byte of it at a time
    socket.write(Buffer.from([22, 3, 3, 0x40, 0]));
    const drip = setInterval(() => socket.write('x'), 200);
    socket.on('close', () => clearInterval(drip));
  });
  return {
    servers: [refused, silent, dripping],
    close: () => {
      for (const server of listening) server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
