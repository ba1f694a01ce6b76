/** A colour, each channel 0..255 in sRGB. */
export type Rgb = readonly [red: number, green: number, blue: number];

export interface HeatColour {
  background: Rgb;
  /** Text on it: at least 4.5:1. */
  text: Rgb;
}

/**
 * A sequential ramp from just beside the theme's background to a strong warm colour: even steps of OKLab lightness,
 * so that a step looks as large anywhere and the order survives any colour blindness, and greyscale.
 * OKLab: Björn Ottosson, https://bottosson.github.io/posts/oklab/.
 */
export function heatRamp(steps: number, background: Rgb, foreground: Rgb): HeatColour[] {
  // Amber next to the background, towards red on light themes; the other way round on dark ones, as fire glows.
  return ramp(steps, background, foreground, (t, dark) => (dark ? 35 + 50 * t : 85 - 50 * t));
}

/**
 * Two ramps for what may be below or above zero: blue and green, which stay apart in every common colour blindness, and
 * neither of which is a hue of {@link heatRamp}.
 */
export function divergingRamps(steps: number, background: Rgb, foreground: Rgb): Diverging {
  const of = (hue: number) => ramp(steps, background, foreground, () => hue);
  return { below: of(255), above: of(130) };
}

export interface Diverging {
  below: HeatColour[];
  above: HeatColour[];
}

function ramp(
  steps: number,
  background: Rgb,
  foreground: Rgb,
  hueAt: (t: number, dark: boolean) => number,
): HeatColour[] {
  const ground = lightnessOf(background);
  const dark = ground < 0.6;
  // On black, +0.07 would still be black to the eye.
  const first = dark ? Math.max(ground + 0.07, 0.27) : ground - 0.045;
  const last = dark ? 0.84 : 0.46;
  return Array.from({ length: steps }, (_, step) => {
    const t = steps === 1 ? 1 : step / (steps - 1);
    const lightness = first + (last - first) * t;
    const heat = oklch(lightness, 0.04 + 0.11 * t, hueAt(t, dark));
    return { background: heat, text: readableOn(heat, foreground) };
  });
}

/** The preferred colour if it reads on the background at 4.5:1, else black or white, one of which always does. */
export function readableOn(background: Rgb, preferred: Rgb): Rgb {
  if (contrast(background, preferred) >= 4.5) return preferred;
  const black: Rgb = [0, 0, 0];
  const white: Rgb = [255, 255, 255];
  return contrast(background, black) >= contrast(background, white) ? black : white;
}

/** `share` of one colour and the rest of another, mixed as CSS `color-mix(in srgb, …)` does. */
export function mix(one: Rgb, share: number, other: Rgb): Rgb {
  return one.map((c, i) => Math.round(c * share + other[i]! * (1 - share))) as unknown as Rgb;
}

/** WCAG 2 contrast ratio, 1..21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Reads what a theme variable holds: `#rgb`, `#rrggbb`, `#rrggbbaa` or `rgb(…)`. Null for anything else. */
export function parseColour(text: string): Rgb | null {
  const value = text.trim();
  const hex = /^#([0-9a-f]{3,8})$/i.exec(value)?.[1];
  if (hex) {
    const wide = hex.length < 6 ? [...hex].map((c) => c + c).join('') : hex;
    return [0, 2, 4].map((at) => Number.parseInt(wide.slice(at, at + 2), 16)) as unknown as Rgb;
  }
  const channels = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(value);
  return channels ? [Number(channels[1]), Number(channels[2]), Number(channels[3])] : null;
}

/** OKLab lightness of a colour, 0..1. */
export function lightnessOf(colour: Rgb): number {
  const [r, g, b] = colour.map((c) => toLinear(c / 255)) as unknown as Rgb;
  return (
    0.2104542553 * Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) +
    0.793617785 * Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) -
    0.0040720468 * Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  );
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((c) => toLinear(c / 255)) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** An OKLCH colour brought into sRGB by giving up chroma, never lightness. Hue in degrees. */
function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const angle = (hue * Math.PI) / 180;
  for (let c = chroma; ; c -= 0.005) {
    const linear = oklabToLinear(
      lightness,
      Math.max(0, c) * Math.cos(angle),
      Math.max(0, c) * Math.sin(angle),
    );
    if (c <= 0 || linear.every((v) => v >= -0.0005 && v <= 1.0005)) {
      return linear.map((v) => Math.round(fromLinear(Math.min(1, Math.max(0, v))) * 255)) as unknown as Rgb;
    }
  }
}

function oklabToLinear(lightness: number, a: number, b: number): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function toLinear(c: number): number {
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

function fromLinear(c: number): number {
  return c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055;
}
