/**
 * Projects: one (`projects/get`), and all (`projects`).
 *
 * @module
 */

import type { Hono } from "hono";
import { projectOf, type Server, signalOf } from "../context.ts";
import type { Project } from "../projects.ts";

/** Adds `projects/get` and `projects`. */
export function addProjectRoutes(app: Hono, server: Server): void {
  app.get("/api/backend/v1/projects/get", async (context) => {
    return context.json(description(await projectOf(server, context)));
  });

  app.get("/api/backend/v1/projects", async (context) => {
    const projects = await server.projects.all({ signal: signalOf(context) });
    const entries = projects.map(description);
    return context.json({ entries, matchingItemCount: entries.length, totalItemCount: entries.length });
  });
}

function description(project: Project) {
  return {
    id: project.info.id,
    name: project.name,
    organizationName: project.organization,
    organizationId: project.organizationId,
    projectKey: project.name.replace(/[^\p{L}\p{N}]/gu, "").slice(0, 3).toUpperCase(),
    version: 2,
  };
}
