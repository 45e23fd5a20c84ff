/** How different colors look, also to people who see no red or no green. */

type Color = [number, number, number];

/** Machado, Oliveira and Fernandes (2009), full strength, for linear light. */
const SIGHTS: Record<string, number[][]> = {
  full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
};

export const sights: string[] = Object.keys(SIGHTS);

/** The difference of two colors (`#rrggbb`) to this sight: CIEDE2000, of which 1 is just seen. */
export function difference(a: string, b: string, sight: string): number {
  return deltaE(lab(seen(linear(a), SIGHTS[sight])), lab(seen(linear(b), SIGHTS[sight])));
}

/** The contrast of two colors by WCAG 2, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [dark, light] = [a, b].map((color) => {
    const [red, green, blue] = linear(color);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  }).sort((one, other) => one - other);
  return light / dark;
}

function linear(color: string): Color {
  return [...Uint8Array.fromHex(color.slice(1))].map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Color;
}

function seen([red, green, blue]: Color, sight: number[][]): Color {
  return sight.map(([r, g, b]) => Math.min(1, Math.max(0, r * red + g * green + b * blue))) as Color;
}

function lab([red, green, blue]: Color): Color {
  const f = (t: number) => t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116;
  const x = f((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
  const y = f(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
  const z = f((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000, as Sharma, Wu and Dalal (2005) write it. */
function deltaE([l1, a1, b1]: Color, [l2, a2, b2]: Color): number {
  const degrees = Math.PI / 180;
  const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7)));
  const [x1, x2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)];
  const hue = (b: number, a: number) => (Math.atan2(b, a) / degrees + 360) % 360;
  const [h1, h2] = [hue(b1, x1), hue(b2, x2)];
  let turn = c1 * c2 === 0 ? 0 : h2 - h1;
  if (turn > 180) turn -= 360;
  if (turn < -180) turn += 360;
  const hues = c1 * c2 === 0 ? h1 + h2 : Math.abs(h1 - h2) <= 180 ? (h1 + h2) / 2 : ((h1 + h2 + 360) / 2) % 360;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t = 1 - 0.17 * Math.cos((hues - 30) * degrees) + 0.24 * Math.cos(2 * hues * degrees) +
    0.32 * Math.cos((3 * hues + 6) * degrees) - 0.2 * Math.cos((4 * hues - 63) * degrees);
  const dl = (l2 - l1) / (1 + 0.015 * (l - 50) ** 2 / Math.sqrt(20 + (l - 50) ** 2));
  const dc = (c2 - c1) / (1 + 0.045 * c);
  const dh = 2 * Math.sqrt(c1 * c2) * Math.sin(turn / 2 * degrees) / (1 + 0.015 * c * t);
  const rotation = -Math.sin(60 * Math.exp(-(((hues - 275) / 25) ** 2)) * degrees) * 2 *
    Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + rotation * dc * dh);
}
