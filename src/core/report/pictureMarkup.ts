import type { Picture, Shape } from '../../shared/report/picture.ts';
import { html, type Markup } from './markup.ts';

/** A picture as static SVG. */
export function pictureMarkup({ width, height, label, shapes }: Picture): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">${shapes.map(shapeMarkup)}</svg>`;
}

function shapeMarkup(shape: Shape): Markup {
  const { look } = shape;
  switch (shape.shape) {
    case 'line':
      return html`<line class="${look}" x1="${shape.x1}" y1="${shape.y1}" x2="${shape.x2}" y2="${shape.y2}"/>`;
    case 'rect':
      return html`<rect class="${look}" x="${shape.x}" y="${shape.y}" width="${shape.width}" height="${shape.height}">${title(shape.title)}</rect>`;
    case 'path':
      return html`<path class="${look}" d="${shape.d}">${title(shape.title)}</path>`;
    case 'text':
      return html`<text class="${look}" x="${shape.x}" y="${shape.y}" text-anchor="${shape.anchor}">${shape.text}</text>`;
  }
}

/** A page has nothing to click on. */
function title(text: string | undefined): Markup {
  return text === undefined ? html`` : html`<title>${text.replace(/ Click to list .*$/, '')}</title>`;
}
