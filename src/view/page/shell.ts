/// <reference lib="dom" />

/**
 * What is around every section: where the data are, the sections, the chosen runs, light or dark.
 *
 * @module
 */

import { computed, effect, signal } from "@preact/signals";
import { Component, type ComponentChild, type ComponentType } from "preact";
import type { ProjectsAnswer } from "../api.ts";
import { sectionPath } from "./address.ts";
import { ask, refusal, trouble } from "./client.ts";
import { html } from "./html.ts";
import { Link } from "./link.ts";
import { chosenRuns, projectParam } from "./selection.ts";
import { SECTIONS } from "./sections.ts";

const projects = signal<ProjectsAnswer | null>(null);

const THEMES = ["auto", "light", "dark"] as const;
const theme = signal(THEMES.find((one) => one === localStorage.getItem("theme")) ?? "auto");

const system = matchMedia("(prefers-color-scheme: dark)");
const isSystemDark = signal(system.matches);
system.addEventListener("change", () => isSystemDark.value = system.matches);

effect(() => {
  const isDark = theme.value === "auto" ? isSystemDark.value : theme.value === "dark";
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  localStorage.setItem("theme", theme.value);
});

ask("projects", {}).then((answer) => projects.value = answer, (error) => trouble.value = error.message);

const shown = computed(() => SECTIONS.find(({ path }) => path === sectionPath.value) ?? SECTIONS[0]);
const loaded = signal<ReadonlyMap<string, ComponentType>>(new Map());

effect(() => {
  const { path, load } = shown.value;
  if (loaded.peek().has(path)) return;
  load().then(
    (component) => loaded.value = new Map([...loaded.peek(), [path, component]]),
    (error) => trouble.value = `The section cannot be loaded: ${error.message}`,
  );
});

/** The whole page. */
export function Shell(): ComponentChild {
  const Shown = loaded.value.get(shown.value.path);
  const name = projectParam.value || projects.value?.project;
  document.title = `${shown.value.title}${name ? ` · ${name}` : ""}`;
  return html`
    <a class="skip" href="#main">Skip to the content</a>
    <header class="top">
      <${ProjectName} />
      <nav aria-label="Sections">
        ${SECTIONS.map(({ path, title }) =>
          html`<${Link} path=${path} current=${path === shown.value.path}>${title}${
            path === "/charts" || path === "/compare" ? html`<${ChosenCount} />` : null
          }<//>`
        )}
      </nav>
      <button class="quiet theme" title="Light, dark, or as the system" onClick=${nextTheme}>
        <span class="wide">Theme: </span>${theme.value}
      </button>
    </header>
    ${trouble.value !== "" && refusal.value === "" &&
      html`<div class="trouble" role="alert">${trouble.value} <button class="quiet" onClick=${() =>
        trouble.value = ""}>Close</button></div>`}
    <main id="main" tabindex="-1">
      ${refusal.value !== "" ? html`<p class="trouble" role="alert">${refusal.value}</p>` : html`
        <${Boundary} key=${shown.value.path}>
          ${Shown ? html`<${Shown} />` : html`<p class="note">Loading…</p>`}
        <//>
      `}
    </main>
  `;
}

function ProjectName(): ComponentChild {
  const known = projects.value;
  if (!known) return html`<div class="project"></div>`;
  const name = projectParam.value || known.project;
  const choose = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    // What is chosen and shown of one project means nothing in another.
    history.pushState(null, "", value === known.project ? "/" : `/?p=${encodeURIComponent(value)}`);
    globalThis.dispatchEvent(new PopStateEvent("popstate"));
  };
  return html`
    <div class="project" title=${known.label}>
      ${known.projects.length > 1 || (name && !known.projects.includes(name))
        ? html`<select aria-label="Project" value=${name} onChange=${choose}>${
          known.projects.map((one) => html`<option value=${one}>${one}</option>`)
        }</select>`
        : html`<b>${name ?? "No project"}</b>`}
    </div>
  `;
}

function ChosenCount(): ComponentChild {
  const count = chosenRuns.value.length;
  return count > 0 && html`
    <span class="count" title="chosen runs">${count}</span>
  `;
}

function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
}

/** Shows what a section threw in its place; the other sections go on. */
class Boundary extends Component<{ children?: ComponentChild }, { message: string | null }> {
  override state = { message: null };

  static override getDerivedStateFromError(error: Error): { message: string } {
    return { message: error.message };
  }

  override render(): ComponentChild {
    if (this.state.message === null) return this.props.children;
    return html`<p class="trouble" role="alert">This section failed: ${this.state.message}</p>`;
  }
}
