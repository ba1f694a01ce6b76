import type { RunInfo } from '../../../shared/audit.ts';
import { modelLabel } from '../../../shared/pair.ts';
import { SIDES, type Side } from '../../../shared/side.ts';
import { BATCH_LIMITS } from './batch.ts';

/** The files of a job, by the model that they are for. */
export interface JobFiles {
  generate: Record<Side, readonly string[]>;
  score: Record<Side, readonly string[]>;
}

/**
 * What stands beside the files: how they are run, and how their results come back.
 * @param run the run file, as it was named
 * @param alternatives how many of the likeliest tokens scoring lines ask for
 */
export function batchReadme(info: RunInfo, files: JobFiles, run: string, alternatives: number): string {
  const { pair, scoring } = info;
  const all = SIDES.flatMap((side) =>
    [...files.generate[side], ...files.score[side]].map((file) => ({ file, side })),
  );
  const generations = SIDES.flatMap((side) => files.generate[side]);
  const scores = SIDES.flatMap((side) => files.score[side]);
  const models = SIDES.map((side) => `- ${side}: ${code(modelLabel(pair.models[side]))}`).join('\n');
  const parts = [
    `# Batch job of the audit “${plain(pair.name)}”`,
    models,
    `Files of at most ${BATCH_LIMITS.lines} lines and ${BATCH_LIMITS.bytes / 1e6} MB. Which sample a line belongs to stands in its \`custom_id\`: results may
come in any order and in parts.`,
    generations.length > 0 ? generationText(info, generations) : '',
    scores.length > 0 ? scoringText(scores, alternatives) : '',
    `## vLLM

${commands(all.map(({ file, side }) => vllmCommand(info, file, side, files, alternatives)))}`,
    rayText(all[0]?.file ?? ''),
    generations.length > 0 ? openAiText(generations, scores.length > 0) : '',
    backText(
      all.map(({ file }) => file),
      run,
      generations.length > 0 && scoring !== null,
    ),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function generationText({ pair: { sampling } }: RunInfo, files: readonly string[]): string {
  return `## Generations: ${files.map(code).join(', ')}

Chats with temperature ${sampling.temperature} and at most ${sampling.maxTokens} tokens.`;
}

function scoringText(files: readonly string[], alternatives: number): string {
  return `## Scores: ${files.map(code).join(', ')}

Each model reads what both wrote: chats that end with an answer (\`continue_final_message\`), of which \`prompt_logprobs\` gives
the ${alternatives} likeliest tokens a position. From both models’ lists comes a lower bound of KL. Only vLLM (0.10.2 or newer) answers
these; OpenAI's batch API cannot score.

Some chat templates take the trace out of an answer, and vLLM then refuses the line (“the final message does not appear in
the chat”). Use a template that leaves it in, or score on a server that takes tokens: \`driftscope audit … --resume\`.`;
}

function vllmCommand(info: RunInfo, file: string, side: Side, files: JobFiles, alternatives: number): string {
  const isScores = files.score[side].includes(file);
  const parser = !isScores && side === 'reasoning' ? ' --reasoning-parser PARSER' : '';
  const limit = isScores && alternatives > 20 ? ` --max-logprobs ${alternatives}` : '';
  return `vllm run-batch --model ${shell(modelLabel(info.pair.models[side]))} -i ${file} -o ${resultsOf(file)}${parser}${limit}`;
}

function rayText(file: string): string {
  return `The parser that fits the reasoning model keeps traces apart from answers; without one they are told by their delimiters.

## Ray Data LLM

Against servers that \`vllm serve\` runs, one file each:

    import json, ray
    from ray.data.llm import HttpRequestProcessorConfig, build_processor

    def result(row):
        body = row["http_response"]
        return {"line": json.dumps({"custom_id": row["custom_id"], "response": {"status_code": 200, "body": body}})}

    config = HttpRequestProcessorConfig(url="http://HOST:8000/v1/chat/completions", concurrency=8)
    run = build_processor(config, preprocess=lambda row: {"custom_id": row["custom_id"], "payload": json.loads(row["text"])["body"]},
                          postprocess=result)
    lines = ray.data.read_text(${JSON.stringify(file)}).map(lambda row: {**row, "custom_id": json.loads(row["text"])["custom_id"]})
    with open(${JSON.stringify(resultsOf(file))}, "w") as out:
        out.writelines(row["line"] + "\\n" for row in run(lines).iter_rows())`;
}

function openAiText(generations: readonly string[], scores: boolean): string {
  return `## OpenAI

${commands(generations.map((file) => `curl https://api.openai.com/v1/files -H "Authorization: Bearer $OPENAI_API_KEY" -F purpose=batch -F file=@${file}`))}

Then create a batch of each file's id for \`/v1/chat/completions\` and download its output file.${scores ? ' Scores cannot be had there.' : ''}`;
}

function backText(files: readonly string[], run: string, scoresNext: boolean): string {
  return `## Back into the run

${commands([`driftscope batch import ${files.map(resultsOf).join(' ')} -o ${shell(run)}`])}

Failed and missing lines are reported; \`driftscope batch export\` again writes what is still missing${scoresNext ? ', and the scoring job of what has come' : ''}. Importing
twice changes nothing. Where the servers can be reached, \`driftscope audit … -o ${plain(run).replaceAll('`', '')} --resume\` does the rest.`;
}

function resultsOf(file: string): string {
  return file.replace(/\.jsonl$/u, '.results.jsonl');
}

function commands(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join('\n');
}

/** For a POSIX shell. */
function shell(text: string): string {
  const line = plain(text);
  return /^[\w./:@-]+$/u.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`;
}

function code(text: string): string {
  return `\`${plain(text).replaceAll('`', '')}\``;
}

/** A name out of a file must not end its line. */
function plain(text: string): string {
  return text.replace(/\s+/gu, ' ');
}
