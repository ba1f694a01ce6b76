import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Picture, Shape } from '../../src/shared/report/picture.ts';

/**
 * A picture in the view.
 * @param pick a mark with this key was chosen. Absent: there is nothing to choose.
 */
export function pictureView(
  { width, height, label, shapes }: Picture,
  pick?: (key: number) => void,
): TemplateResult {
  return html`<svg
    class="picture"
    viewBox="0 0 ${width} ${height}"
    width=${width}
    height=${height}
    role="img"
    aria-label=${label}
    @click=${
      pick
        ? (event: Event) => {
            const key = (event.target as Element).closest<SVGElement>('[data-key]')?.dataset.key;
            if (key !== undefined) pick(Number(key));
          }
        : nothing
    }
  >
    ${shapes.map(shapeView)}
  </svg>`;
}

function shapeView(shape: Shape): TemplateResult {
  const { look } = shape;
  switch (shape.shape) {
    case 'line':
      return svg`<line class=${look} x1=${shape.x1} y1=${shape.y1} x2=${shape.x2} y2=${shape.y2}></line>`;
    case 'rect':
      return svg`<rect class=${look} x=${shape.x} y=${shape.y} width=${shape.width} height=${shape.height}>${title(shape.title)}</rect>`;
    case 'path':
      return svg`<path class=${look} d=${shape.d} data-key=${shape.key ?? nothing}>${title(shape.title)}</path>`;
    case 'text':
      return svg`<text class=${look} x=${shape.x} y=${shape.y} text-anchor=${shape.anchor}>${shape.text}</text>`;
  }
}

function title(text: string | undefined) {
  return text === undefined ? nothing : svg`<title>${text}</title>`;
}
