/**
 * Which projects there are, and what is wrong with their data.
 *
 * @module
 */

import type { Hono } from "hono";
import { signalOf } from "../../server/context.ts";
import type { ProjectsAnswer } from "../api.ts";
import { addRoute, type Viewer } from "../context.ts";

/** Adds `projects` and `report`. */
export function addProjectsRoutes(app: Hono, viewer: Viewer): void {
  app.post("/api/projects", async (context) => {
    const projects = await viewer.projects.all({ signal: signalOf(context) });
    const names = projects.map(({ info }) => info.name);
    const answer: ProjectsAnswer = {
      label: viewer.catalog.label,
      projects: names,
      project: viewer.project ?? names[0] ?? null,
    };
    return context.json(answer);
  });
  addRoute(app, viewer, "report", async ({ project, signal }) => {
    const findings = await project.source.report?.({ signal }) ?? null;
    return { findings: findings && findings.map((one) => ({ ...one, message: viewer.words(one.message) })) };
  });
}
