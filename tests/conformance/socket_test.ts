import { overSocket, SKIP } from "./http.ts";
import { conformance } from "./suite.ts";

conformance("http over a socket", overSocket((catalog) => catalog), { skip: SKIP });
