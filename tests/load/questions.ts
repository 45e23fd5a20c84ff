/** What the readers of the soak ask: requests as Neptune's clients send them, whose answers are always the same bytes. */

/** One question. */
export interface Question {
  name: string;
  /** The bytes of the answer; throws where there is none. */
  ask(): Promise<Uint8Array>;
}

interface Server {
  url: string;
  apiToken: string;
  projects: string[];
}

/** Questions about every project of a server. */
export async function questionsFor({ url, apiToken, projects }: Server): Promise<Question[]> {
  const granted = await fetch(`${url}/api/backend/v1/authorization/oauth-token`, {
    headers: { "x-neptune-api-token": apiToken },
  });
  const headers = { authorization: `Bearer ${(await granted.json()).accessToken}` };
  const ask = async (path: string, body?: unknown) => {
    const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
    const answer = await fetch(url + path, init);
    const bytes = await answer.bytes();
    if (answer.status !== 200) throw new Error(`${answer.status} ${new TextDecoder().decode(bytes).slice(0, 200)}`);
    return bytes;
  };
  const questions: Question[] = [{ name: "projects", ask: () => ask("/api/backend/v1/projects") }];
  for (const project of projects) questions.push(...await aboutProject(project, ask));
  return questions;
}

type Ask = (path: string, body?: unknown) => Promise<Uint8Array>;

async function aboutProject(project: string, ask: Ask): Promise<Question[]> {
  const leaderboard = "/api/leaderboard/v1";
  const query = `?projectIdentifier=${encodeURIComponent(project)}`;
  const definitions = { projectIdentifiers: [project], nextPage: { limit: 10_000 } };
  const listed = await ask(`${leaderboard}/leaderboard/attributes/definitions/query`, definitions);
  const { entries } = JSON.parse(new TextDecoder().decode(listed)) as { entries: { name: string; type: string }[] };
  const ofType = (type: string) => entries.filter((entry) => entry.type === type).map(({ name }) => name);
  const projection = ["sys/id", "sys/custom_run_id", "sys/name"].map((path) => ({ path }));
  const search = (body: unknown) => ask(`${leaderboard}/proto/leaderboard/entries/search/${query}&type=run`, body);
  const page = { attributeFilters: projection, experimentLeader: false, pagination: { limit: 10_000, offset: 0 } };
  const ids = idsIn(await search(page)).map((id) => `${project}/${id}`);
  const series = (paths: string[], extra: Record<string, unknown> = {}) =>
    ids.slice(0, 20).flatMap((identifier) =>
      paths.slice(0, 10).map((attribute) => ({
        series: { attribute, holder: { identifier, type: "experiment" }, lineage: "FULL", ...extra },
      }))
    ).map((request, i) => ({ requestId: String(i), ...request }));
  const questions: [string, () => Promise<Uint8Array>][] = [
    ["project", () => ask(`/api/backend/v1/projects/get${query}`)],
    ["runs", () => search(page)],
    ["experiments, sorted", () =>
      search({
        ...page,
        experimentLeader: true,
        sorting: { sortBy: { name: "sys/creation_time", type: "datetime" }, dir: "ascending" },
      })],
    ["runs by a query", () => search({ ...page, query: { query: "(`sys/trashed`:bool = false)" } })],
    ["definitions", () => ask(`${leaderboard}/leaderboard/attributes/definitions/query`, definitions)],
    ["values", () =>
      ask(`${leaderboard}/proto/leaderboard/attributes/query${query}`, {
        experimentIdsFilter: ids,
        attributeNameFilter: { mustMatchRegexes: [".*"] },
        nextPage: { limit: 10_000 },
      })],
    ["float series", () =>
      ask(`${leaderboard}/proto/attributes/series/float`, {
        perSeriesPointsLimit: 10_000,
        requests: series(ofType("floatSeries"), { includePreview: true }),
      })],
    ["the last points", () =>
      ask(`${leaderboard}/proto/attributes/series/float`, {
        perSeriesPointsLimit: 10,
        order: "descending",
        requests: series(ofType("floatSeries")),
      })],
    ["string series", () =>
      ask(`${leaderboard}/proto/attributes/series?useDeprecatedStringFields=false`, {
        requests: series(ofType("stringSeries")),
      })],
    ["histograms", () =>
      ask(`${leaderboard}/proto/attributes/series?useDeprecatedStringFields=false`, {
        requests: series(ofType("histogramSeries")),
      })],
    ...ids.slice(0, 5).flatMap((id): [string, () => Promise<Uint8Array>][] => [
      [
        `definitions of ${id}`,
        () =>
          ask(
            `${leaderboard}/proto/attributes/queryAttributeDefinitions?experimentIdentifier=${encodeURIComponent(id)}`,
          ),
      ],
      [`values of ${id}`, () =>
        ask(
          `${leaderboard}/proto/attributes/attributes?holderIdentifier=${encodeURIComponent(id)}&holderType=experiment`,
          {},
        )],
    ]),
  ];
  return questions.map(([name, ask]) => ({ name: `${project}: ${name}`, ask }));
}

/** The short ids in an answer, found by their form. */
function idsIn(bytes: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(bytes);
  return [...new Set([...text.matchAll(/\b[A-Z][A-Z0-9]*-\d+\b/g)].map(([id]) => id))];
}
