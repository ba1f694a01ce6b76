/**
 * A model server as a process of its own, so that its work is not taken for the client's: `node answeringServer.ts`.
 * Prints its base URL, and answers every prompt with the double of its number. Ends with its parent.
 */
import { httpServer, json, type ReceivedRequest } from './httpServer.ts';
import { openAiEvents, stream } from './openAiServer.ts';

const server = await httpServer((request: ReceivedRequest) => {
  if (request.path !== '/v1/chat/completions') return json(404, {});
  const { messages } = request.body as { messages: { content: string }[] };
  const number = Number(/\d+/.exec(messages.at(-1)!.content)?.[0] ?? 0);
  return stream(openAiEvents({ answer: ['It ', 'is ', `${2 * number}`] }));
});
console.log(`${server.origin}/v1`);
process.stdin.on('end', () => process.exit()).resume();
