// A reporter for node:test that says why a file failed whose tests all passed: what it wrote to stderr, and the errors
// that came after a test had ended. The dot reporter says "test failed".
export default async function* causeReporter(events) {
  const said = new Map();
  for await (const { type, data } of events) {
    const isError = type === 'test:diagnostic' && data.message.startsWith('Error:');
    if (type === 'test:stderr' || isError) {
      said.set(data.file, `${said.get(data.file) ?? ''}${data.message.trimEnd()}\n`);
    }
    const isFile = data.details?.error?.exitCode !== undefined;
    if (type === 'test:fail' && isFile && said.has(data.file)) {
      yield `\n✖ ${data.name}: beside its tests\n${said.get(data.file).slice(-5_000)}`;
    }
  }
}
