import { inProcess, SKIP } from "./http.ts";
import { conformance } from "./suite.ts";

conformance("http in process", inProcess, { skip: SKIP });
