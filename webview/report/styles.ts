import base from '../ui/base.css';
import menu from '../ui/menu.css';
import sides from '../ui/sides.css';
import verdicts from '../ui/verdicts.css';
import detail from './styles/detail.css';
import header from './styles/header.css';
import page from './styles/page.css';
import pictures from './styles/pictures.css';
import plots from './styles/plots.css';
import progress from './styles/progress.css';
import samples from './styles/samples.css';
import study from './styles/study.css';
import verdictTable from './styles/verdictTable.css';

/** The style sheets of the view, in the order to be adopted in: what it shares with others first. */
export const STYLES = [
  ...[base, menu, sides, verdicts],
  ...[page, header, progress, verdictTable, pictures, plots, samples, detail, study],
];
