import base from '../ui/base.css';
import menu from '../ui/menu.css';
import switches from '../ui/switch.css';
import bulk from './styles/bulk.css';
import cells from './styles/cells.css';
import detail from './styles/detail.css';
import empty from './styles/empty.css';
import footer from './styles/footer.css';
import header from './styles/header.css';
import page from './styles/page.css';
import split from './styles/split.css';

/** The style sheets of the view, in the order to be adopted in: what it shares with others first. */
export const STYLES = [
  ...[base, menu, switches],
  ...[page, header, bulk, split, cells, detail, footer, empty],
];
