import * as vscode from 'vscode';
import { resumeAudit, runAudit, showAudit, stopAudit } from './host/audits/auditCommands.ts';
import { createAuditRuns } from './host/audits/auditRuns.ts';
import { showAudits } from './host/audits/showAudits.ts';
import { checkPair, revealPair } from './host/check/checkPair.ts';
import { createCheckPanel } from './host/check/checkPanel.ts';
import { createProbeStore } from './host/check/probeStore.ts';
import { probeRunner } from './host/check/runProbe.ts';
import { forgetApiKey, setApiKey } from './host/commands/apiKeys.ts';
import { comparePair } from './host/commands/comparePair.ts';
import { createPairFile } from './host/commands/createPairFile.ts';
import { exportLabels } from './host/commands/exportLabels.ts';
import { openDemoWorkspace } from './host/commands/openDemoWorkspace.ts';
import { pickJudge } from './host/commands/pickJudge.ts';
import { registerCommands } from './host/commands/register.ts';
import { switchPair } from './host/commands/switchPair.ts';
import { createComparisonStore } from './host/compare/comparisonStore.ts';
import { comparisonRunner, judgesRunner } from './host/compare/runComparison.ts';
import { createEngineHolder } from './host/engine.ts';
import { createKeyStore } from './host/keys.ts';
import { createLabelStore } from './host/labels/labelStore.ts';
import { lazy } from './host/lazy.ts';
import { registerPairLenses } from './host/pairs/codeLenses.ts';
import { publishDiagnostics } from './host/pairs/diagnostics.ts';
import { createPairCatalog } from './host/pairs/pairCatalog.ts';
import { registerQuickFixes } from './host/pairs/quickFixes.ts';
import { showCurrentPair } from './host/pairs/statusBar.ts';
import { addToPromptSet } from './host/promptSets/addToPromptSet.ts';
import { activeSet, promptSetCommands } from './host/promptSets/commands.ts';
import { followDefaultEditor, openSetsByDefaultAs } from './host/promptSets/defaultEditor.ts';
import { publishPromptProblems } from './host/promptSets/diagnostics.ts';
import { draftFromComparison } from './host/promptSets/drafts.ts';
import { registerLargePromptSetEditor } from './host/promptSets/editor/largePromptSetEditor.ts';
import { openAsGrid } from './host/promptSets/editor/openAsGrid.ts';
import { registerPromptSetEditor } from './host/promptSets/editor/promptSetEditor.ts';
import { createResultStore } from './host/promptSets/editor/resultStore.ts';
import { keepResults } from './host/promptSets/editor/surroundings.ts';
import { createImportPanels } from './host/promptSets/import/importPanels.ts';
import { registerPromptLanguageFeatures } from './host/promptSets/languageFeatures.ts';
import { createPromptDocuments } from './host/promptSets/promptDocuments.ts';
import { registerPromptQuickFixes } from './host/promptSets/quickFixes.ts';
import { registerCodeLenses } from './host/prompts/codeLenses.ts';
import { exportReport } from './host/report/exportReport.ts';
import { registerReportEditors } from './host/report/reportEditors.ts';
import { createOpenRuns, type ReportServices } from './host/report/reports.ts';
import { addToStudy, createStudyPanels, openStudy } from './host/report/studyPanels.ts';
import { createReportThreads } from './host/report/threads.ts';
import { createComparePanels } from './host/views/comparePanels.ts';
import { createWorkerClient } from './host/worker/client.ts';
import { deleteFiles, openAsText } from './host/workspaceViews/fileCommands.ts';
import { createWorkspaceViews } from './host/workspaceViews/workspaceViews.ts';

let shutDown = async () => {};

/** The composition root: builds the objects, wires them, registers them. Nothing here starts a process. */
export function activate(context: vscode.ExtensionContext) {
  const { extensionUri, workspaceState, globalState, globalStorageUri, secrets } = context;
  const storage = context.storageUri ?? context.globalStorageUri;
  const demo = vscode.Uri.joinPath(extensionUri, 'media', 'demo');

  const log = vscode.window.createOutputChannel('Driftscope', { log: true });
  const keys = createKeyStore(secrets, globalState);
  const catalog = createPairCatalog(workspaceState, vscode.Uri.joinPath(demo, 'driftscope.json'));
  const engine = createEngineHolder(context, log);
  const worker = lazy(() => createWorkerClient(new URL('./worker.js', import.meta.url)));
  const detectors = vscode.Uri.joinPath(extensionUri, 'media', 'detectors').fsPath;
  const probes = createProbeStore(globalState);
  const run = comparisonRunner({ engine, keys, worker, detectors, probes });
  const labels = createLabelStore(globalStorageUri);
  const store = createComparisonStore(vscode.Uri.joinPath(storage, 'comparisons').fsPath, 200);
  const results = createResultStore(vscode.Uri.joinPath(storage, 'results').fsPath);
  const promptDocuments = createPromptDocuments();
  const curation = { documents: promptDocuments, memento: workspaceState };
  const imports = createImportPanels({ extensionUri, documents: promptDocuments, log });
  const check = createCheckPanel({
    extensionUri,
    run: probeRunner({ engine, keys, probes }),
    reveal: (place) => revealPair(catalog, place),
    log,
    onDidProgress: engine.onDidProgress,
  });
  const panels = createComparePanels({
    extensionUri,
    run,
    judge: judgesRunner({ engine, keys }),
    pickJudge: () => pickJudge(catalog),
    checkPair: (pair) => checkPair(catalog, check, pair),
    addToPromptSet: async (state) =>
      addToPromptSet({ samples: [await draftFromComparison(state)] }, curation),
    labels,
    store,
    log,
    onDidProgress: engine.onDidProgress,
  });
  const audits = createAuditRuns({
    entry: new URL('./audit.js', import.meta.url),
    engine,
    keys,
    media: vscode.Uri.joinPath(extensionUri, 'media').fsPath,
    modelCache: vscode.Uri.joinPath(globalStorageUri, 'models').fsPath,
    tool: `driftscope ${context.extension.packageJSON.version}`,
    log,
  });
  const reportThreads = createReportThreads(new URL('./report.js', import.meta.url));
  const reportServices: ReportServices = {
    extensionUri,
    threads: reportThreads,
    worker,
    audits,
    labels,
    panels,
    log,
    addToPromptSet: (samples) => addToPromptSet({ samples }, curation),
  };
  const openRuns = createOpenRuns(reportServices);
  const reports = registerReportEditors(reportServices, openRuns);
  const studies = createStudyPanels(reportServices, openRuns);
  const setServices = { extensionUri, catalog, panels, results, log };
  const audience = keepResults(setServices);
  const statusBar = showCurrentPair(catalog);

  context.subscriptions.push(
    log,
    engine,
    catalog,
    panels,
    audits,
    showAudits(audits),
    createWorkspaceViews(promptDocuments, audits, catalog),
    openRuns,
    reports,
    studies,
    reportThreads,
    check,
    statusBar,
    promptDocuments,
    imports,
    audience,
    registerPromptSetEditor(setServices, promptDocuments, audience),
    registerLargePromptSetEditor(setServices, audience),
    followDefaultEditor(),
    publishPromptProblems(promptDocuments),
    registerPromptQuickFixes(promptDocuments),
    registerPromptLanguageFeatures(
      promptDocuments,
      vscode.Uri.joinPath(extensionUri, 'media/schemas/sample.schema.json'),
    ),
    publishDiagnostics(catalog),
    registerQuickFixes(keys),
    registerCodeLenses(catalog),
    registerPairLenses(catalog),
    registerCommands(log, {
      'driftscope.comparePair': (from) => comparePair(catalog, panels, from),
      'driftscope.checkPair': (from) => checkPair(catalog, check, from),
      'driftscope.switchPair': () => switchPair(catalog),
      'driftscope.createPairFile': () => createPairFile(),
      'driftscope.setApiKey': () => setApiKey(catalog, keys),
      'driftscope.forgetApiKey': () => forgetApiKey(keys),
      'driftscope.openDemoWorkspace': (parent) => openDemoWorkspace(demo, parent),
      'driftscope.runAudit': (from, ids) => runAudit(catalog, audits, workspaceState, from, ids),
      'driftscope.stopAudit': (from) => stopAudit(audits, from),
      'driftscope.resumeAudit': (from, how) => resumeAudit(audits, workspaceState, from, how),
      'driftscope.showAudit': () => showAudit(audits),
      'driftscope.exportReport': (run = reports.active(), format, to) =>
        exportReport(reportThreads, run ? [run] : [], format, to),
      'driftscope.openStudy': (run, selected) => openStudy(studies, run, selected),
      'driftscope.addToStudy': (run = reports.active()) => addToStudy(studies, run),
      ...promptSetCommands({ ...curation, imports, activeComparison: () => panels.active() }),
      'driftscope.openAsGrid': (uri) => openAsGrid(uri),
      'driftscope.gridByDefault': () => openSetsByDefaultAs('grid'),
      'driftscope.textByDefault': () => openSetsByDefaultAs('text'),
      'driftscope.openAsText': (uri) => openAsText(uri ?? activeSet()),
      'driftscope.revealFile': (uri) => vscode.commands.executeCommand('revealInExplorer', uri),
      'driftscope.deleteFiles': (uri, selected) => deleteFiles(uri, selected),
      'driftscope.usePair': (choice) => catalog.choose(choice),
      'driftscope.exportLabels': (to) => exportLabels(labels, to),
      'driftscope.stopEngine': () => engine.stop(),
      'driftscope.showLog': () => log.show(),
    }),
  );

  shutDown = async () => {
    await Promise.all([panels.keep(), audits.end()]);
    worker.made()?.dispose();
    await engine.stop();
  };

  // What the suite in test/host looks at; nobody else is handed it.
  if (context.extensionMode === vscode.ExtensionMode.Test)
    return {
      catalog,
      keys,
      panels,
      check,
      audits,
      statusBar,
      engine,
      worker,
      labels,
      promptDocuments,
      reports,
      studies,
    };
  return undefined;
}

/** Keeps the comparisons on show and ends the engine. VS Code waits for it. */
export function deactivate(): Promise<void> {
  return shutDown();
}

/** What {@link activate} hands to tests. */
export type TestApi = NonNullable<ReturnType<typeof activate>>;
