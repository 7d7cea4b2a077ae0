/** Splits a body into lines as they come; half a line at the end (a connection that broke) is left out. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  for await (const chunk of body) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    const last = parts.pop() as string;
    for (const [index, part] of parts.entries()) {
      const line = index === 0 ? [...pieces, part].join('') : part;
      if (index === 0) pieces = [];
      if (line) yield line;
    }
    if (last) pieces.push(last);
  }
}
