/// <reference lib="dom" />

/**
 * Images that answer: a click enlarges one; images of steps have one slider.
 *
 * @module
 */

import { button, element } from "./element.ts";

/** A click on an image shows it as large as the window allows; arrow keys go to the others, any click goes back. */
export function mountImages(node: HTMLElement): void {
  enlargeable([...node.querySelectorAll("img")]);
}

function enlargeable(images: HTMLImageElement[]): void {
  for (const [i, image] of images.entries()) {
    image.style.cursor = "zoom-in";
    image.addEventListener("click", () => enlarge(images, i));
  }
}

function enlarge(images: HTMLImageElement[], first: number): void {
  let at = first;
  const large = element(
    "img",
    "max-width:92vw;max-height:84vh;min-height:min(60vh,480px);object-fit:contain;image-rendering:auto",
  );
  const caption = element("div", "color:#fff;font-size:14px;margin-top:10px;max-width:90vw;overflow-wrap:anywhere");
  const overlay = element(
    "div",
    "position:fixed;inset:0;z-index:100000;background:rgba(0,0,0,.86);display:flex;flex-direction:column;align-items:center;" +
      "justify-content:center;cursor:zoom-out",
    large,
    caption,
  );
  overlay.dataset.part = "enlarged";
  const show = () => {
    large.src = images[at].src;
    large.style.imageRendering = images[at].style.imageRendering;
    caption.textContent = images.length > 1 ? `${images[at].title} (${at + 1} of ${images.length})` : images[at].title;
  };
  const key = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) at = (at + by + images.length) % images.length;
    else if (event.key !== "Escape") return;
    event.stopPropagation();
    event.preventDefault();
    by ? show() : close();
  };
  const close = () => {
    overlay.remove();
    document.removeEventListener("keydown", key, true);
  };
  overlay.addEventListener("click", close);
  document.addEventListener("keydown", key, true);
  show();
  document.body.append(overlay);
}

/** One image at a time, and a slider for the step. */
export function mountSteps(node: HTMLElement): void {
  const images = [...node.querySelectorAll("img")];
  if (images.length < 2) return mountImages(node);
  const strip = node.firstElementChild as HTMLElement;
  const captions = images.map((image) => image.nextElementSibling?.textContent ?? "");
  const image = element(
    "img",
    "max-width:100%;height:260px;object-fit:contain;display:block;background:none;cursor:zoom-in",
  );
  const caption = element("span", "font-size:12px;font-variant-numeric:tabular-nums");
  const slider = element("input", "width:min(420px,60%);margin:0;accent-color:#3f78e6");
  Object.assign(slider, {
    type: "range",
    min: "0",
    max: String(images.length - 1),
    step: "1",
    value: String(images.length - 1),
  });
  slider.setAttribute("aria-label", "step");
  const show = () => {
    const at = Number(slider.value);
    image.src = images[at].src;
    image.title = images[at].title;
    image.style.imageRendering = images[at].naturalHeight < 200 ? "pixelated" : "auto";
    caption.textContent = `${captions[at]} (${at + 1} of ${images.length})`;
  };
  const go = (by: number) => () => {
    slider.value = String(Number(slider.value) + by);
    show();
  };
  slider.addEventListener("input", show);
  image.addEventListener("click", () => enlarge(images, Number(slider.value)));
  let all = false;
  const toggle = button("show all", "All steps beside each other", () => {
    all = !all;
    strip.style.display = all ? "" : "none";
    image.style.display = all ? "none" : "block";
    toggle.textContent = all ? "one at a time" : "show all";
  });
  const bar = element(
    "div",
    "display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:6px 0",
    button("‹", "Previous step", go(-1)),
    slider,
    button("›", "Next step", go(1)),
    caption,
    toggle,
  );
  const root = element("div", "margin:6px 0", image, bar);
  root.dataset.part = "steps";
  strip.style.display = "none";
  node.append(root);
  enlargeable(images);
  show();
}
