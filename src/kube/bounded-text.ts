/** The text of an answer, or `undefined` once it is longer than that: a server that never ends its answer fills no memory. */
export async function textWithin(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<string | undefined> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    // leaving the loop cancels the stream
    if (bytes > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
