import type { ComparisonState } from '../../src/shared/comparison.ts';
import { inputText } from '../../src/shared/prompt.ts';
import { SIDES } from '../../src/shared/side.ts';
import type { MenuItem } from '../ui/menu.ts';
import { asMarkdown, textsOf } from './copying.ts';

/** What the ⋯ menu does. */
export interface MenuActions {
  copy(text: string): void;
  openAsJson(): void;
  askJudge(): void;
  addToPromptSet(): void;
  showLog(): void;
}

export function menuItems(state: ComparisonState, actions: MenuActions): MenuItem[] {
  const items: MenuItem[] = [
    { label: 'Copy prompt', run: () => actions.copy(inputText(state.request.input)) },
  ];
  for (const side of SIDES) {
    const { trace, answer } = textsOf(state.sides[side]);
    if (trace) items.push({ label: `Copy ${side} trace`, run: () => actions.copy(trace) });
    items.push({ label: `Copy ${side} answer`, disabled: !answer, run: () => actions.copy(answer) });
  }
  items.push(
    { label: 'Copy comparison as Markdown', run: () => actions.copy(asMarkdown(state)) },
    'separator',
    {
      label: 'Add to prompt set…',
      title: 'Keep the prompt as a sample, with what both models did (Ctrl+K Shift+A)',
      run: actions.addToPromptSet,
    },
    {
      label: 'Ask a judge…',
      title: 'Send the texts to one of the judges that driftscope.json declares',
      disabled: !state.done,
      run: actions.askJudge,
    },
    { label: 'Open comparison as JSON', run: actions.openAsJson },
    { label: 'Show log', run: actions.showLog },
  );
  return items;
}
