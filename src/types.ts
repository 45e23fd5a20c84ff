/**
 * The names of things: attribute types, runs, projects, file references.
 *
 * @module
 */

/**
 * The type of an attribute, in the spelling of Neptune's Python API and of exported archives.
 *
 * `file_set` and `artifact` occur only in archives of Neptune 2.x; `experiment_state` is only ever `sys/state`, whose
 * value no API transmits.
 */
export type AttributeType =
  | "int"
  | "float"
  | "string"
  | "bool"
  | "datetime"
  | "string_set"
  | "float_series"
  | "string_series"
  | "histogram_series"
  | "file"
  | "file_series"
  | "file_set"
  | "artifact"
  | "experiment_state";

/** Every attribute type, in the order in which tables and listings show them. */
export const ATTRIBUTE_TYPES: readonly AttributeType[] = [
  "int",
  "float",
  "string",
  "bool",
  "datetime",
  "string_set",
  "float_series",
  "string_series",
  "histogram_series",
  "file",
  "file_series",
  "file_set",
  "artifact",
  "experiment_state",
];

/** Types of configs: one value in a column of its own. */
export type ConfigType = "int" | "float" | "string" | "bool" | "datetime" | "string_set";

/** The types of configs. */
export const CONFIG_TYPES: readonly ConfigType[] = ["int", "float", "string", "bool", "datetime", "string_set"];

/** Tells whether values of this attribute type are configs. */
export function isConfigType(type: AttributeType): type is ConfigType {
  return (CONFIG_TYPES as readonly AttributeType[]).includes(type);
}

/** Types of one stored file. */
export type FileType = "file" | "file_set" | "artifact";

/** The types of one stored file. */
export const FILE_TYPES: readonly FileType[] = ["file", "file_set", "artifact"];

/** Tells whether the value of this attribute type is one stored file. */
export function isFileType(type: AttributeType): type is FileType {
  return (FILE_TYPES as readonly AttributeType[]).includes(type);
}

/** The types whose value is a series of points. */
export type SeriesType = "float_series" | "string_series" | "histogram_series" | "file_series";

/** What the points of a series hold. */
export type PointKind = "float" | "string" | "histogram" | "file";

/** What the points of each type of series hold. */
export const POINT_KINDS: Readonly<Record<SeriesType, PointKind>> = {
  float_series: "float",
  string_series: "string",
  histogram_series: "histogram",
  file_series: "file",
};

/** The types of series. */
export const SERIES_TYPES: readonly SeriesType[] = Object.keys(POINT_KINDS) as SeriesType[];

/** Tells whether values of this attribute type are series of points. */
export function isSeriesType(type: AttributeType): type is SeriesType {
  return Object.hasOwn(POINT_KINDS, type);
}

/** The type of the series whose points hold this. */
export function seriesTypeOf(kind: PointKind): SeriesType {
  return `${kind}_series`;
}

/** The name and type of one attribute. One path has one type within a run, but may have others in other runs. */
export interface AttributeDefinition {
  /** The full path, for example `metrics/train/loss`. */
  path: string;
  /** Its type. */
  type: AttributeType;
}

/** One project. */
export interface ProjectInfo {
  /** The full name, `workspace/project`. */
  name: string;
  /** A stable identifier: the server's UUID, or one derived from the name where there is no server. */
  id: string;
}

/** What identifies a run, under the names of its attributes. */
export interface RunIds {
  /** The id that Neptune made, for example `TES-1`. */
  "sys/id": string;
  /** The id given when the run was created, or null. */
  "sys/custom_run_id": string | null;
  /** The experiment it belongs to, or null. */
  "sys/name": string | null;
}

/** A run, as the source that listed it knows it. */
export interface RunInfo {
  /** How the source that listed this run addresses it. Opaque to callers, unique within the project. */
  key: string;
  /** `sys/id`, for example `TES-3`. */
  sysId: string;
  /** `sys/custom_run_id`, or null where the run has none. */
  customId: string | null;
  /** `sys/name`: the experiment the run belongs to, or null. */
  name: string | null;
  /** How much of the run is read from data that never reached a server: `all`, or `part`. Absent: nothing. */
  unsynced?: "all" | "part";
}

/** A histogram: `values[i]` belongs to the bin from `edges[i]` to `edges[i + 1]`. */
export interface Histogram {
  /** `COUNTING`, `DENSITY`, or another word the writer chose. */
  type: string;
  /** n + 1 strictly increasing bin edges. */
  edges: Float64Array;
  /** n values. */
  values: Float64Array;
}

/** Where the bytes of a file are. */
export interface FileRef {
  /** The path in the storage of the source; opaque to callers. */
  path: string;
  /** Size in bytes, or null where it is not known (a missing file, a directory). */
  size: number | null;
  /** MIME type, `application/octet-stream` where nothing better is known. */
  mimeType: string;
}

/** Whether two stored files are the same by what is known of them without reading them; where they lie says nothing. */
export function sameFile(a: Pick<FileRef, "size" | "mimeType">, b: Pick<FileRef, "size" | "mimeType">): boolean {
  return a.size === b.size && a.mimeType === b.mimeType;
}

/** The MIME type of what holds the files of a set, which is no file. */
export const FOLDER = "inode/directory";

/** A range of steps, both ends inclusive; null leaves that end open. */
export type StepRange = readonly [from: number | null, to: number | null];

const WIRE_TYPES: Readonly<Record<AttributeType, string>> = {
  int: "int",
  float: "float",
  string: "string",
  bool: "bool",
  datetime: "datetime",
  string_set: "stringSet",
  float_series: "floatSeries",
  string_series: "stringSeries",
  histogram_series: "histogramSeries",
  file: "fileRef",
  file_series: "fileRefSeries",
  file_set: "fileRef",
  artifact: "fileRef",
  experiment_state: "experimentState",
};

const ATTRIBUTE_TYPE_OF_WIRE: ReadonlyMap<string, AttributeType> = new Map(
  ATTRIBUTE_TYPES.filter((type) => type !== "file_set" && type !== "artifact").map((type) => [WIRE_TYPES[type], type]),
);

/**
 * The spelling of a type in Neptune's API and in NQL: `float_series` is `floatSeries` there, `file` is `fileRef`.
 *
 * `file_set` and `artifact`, which no Neptune 3.x server has, travel as `fileRef` too.
 */
export function wireTypeName(type: AttributeType): string {
  return WIRE_TYPES[type];
}

/** The attribute type of a name used in Neptune's API and in NQL, or null if unknown. */
export function attributeTypeOf(wireName: string): AttributeType | null {
  return ATTRIBUTE_TYPE_OF_WIRE.get(wireName) ?? null;
}

/** Every attribute type that has this name in Neptune's API: `fileRef` stands for three, an unknown name for none. */
export function typesOfWireType(wireName: string): readonly AttributeType[] {
  return ATTRIBUTE_TYPES.filter((type) => wireTypeName(type) === wireName);
}
