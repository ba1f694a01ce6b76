// A reporter for node:test that writes `{files: {FILE: {passed, failed, skipped}}, causes}` as JSON: what `npm test` adds up,
// and why files failed beside their tests: what they wrote to stderr, and errors that came after a test had ended.
// A suite (describe) is not counted, its tests are; one that fails by itself, in a hook say, is.
export default async function* countReporter(events) {
  const files = {};
  const causes = [];
  const said = new Map();
  for await (const { type, data } of events) {
    const isLateError = type === 'test:diagnostic' && data.message.startsWith('Error:');
    if (type === 'test:stderr' || isLateError) {
      said.set(data.file, `${said.get(data.file) ?? ''}${data.message.trimEnd()}\n`);
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const error = data.details?.error;
    const suite = data.details?.type === 'suite';
    if (suite && (type === 'test:pass' || error?.failureType === 'subtestsFailed')) continue;
    files[data.file] ??= { passed: 0, failed: 0, skipped: 0 };
    const counts = files[data.file];
    if (data.skip !== undefined && data.skip !== false) counts.skipped++;
    else if (type === 'test:pass') counts.passed++;
    else counts.failed++;
    // Only of the process of a whole file.
    if (type === 'test:fail' && error?.exitCode !== undefined && said.has(data.file)) {
      causes.push(`✖ ${data.name}, beside its tests:\n${said.get(data.file).slice(-5_000)}`);
    }
  }
  yield JSON.stringify({ files, causes });
}
