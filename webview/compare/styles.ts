import base from '../ui/base.css';
import failure from '../ui/failure.css';
import matching from '../ui/matching.css';
import menu from '../ui/menu.css';
import popover from '../ui/popover.css';
import sides from '../ui/sides.css';
import switches from '../ui/switch.css';
import verdicts from '../ui/verdicts.css';
import card from './styles/card.css';
import columns from './styles/columns.css';
import diff from './styles/diff.css';
import drift from './styles/drift.css';
import found from './styles/found.css';
import header from './styles/header.css';
import inline from './styles/inline.css';
import page from './styles/page.css';
import sections from './styles/sections.css';
import texts from './styles/texts.css';
import verdictRow from './styles/verdicts.css';

/** The style sheets of the view, in the order to be adopted in: what it shares with others first. */
export const STYLES = [
  ...[base, menu, popover, switches, failure, sides, matching, verdicts],
  ...[page, header, columns, sections, texts, diff, found, verdictRow, drift, card, inline],
];
