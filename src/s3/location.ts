/**
 * Addresses of object storage: `s3://bucket/folder/object`.
 *
 * @module
 */

import { OptionError } from "../errors.ts";

/** A bucket, and what is meant in it. */
export interface Location {
  bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  key: string;
}

/** Puts an address in order: no slash at its end, none twice. */
export function storageAddress(option: string, address: string): string {
  const scheme = address.slice(0, address.indexOf(":")).toLowerCase();
  if (scheme !== "s3" && scheme !== "s3a") {
    throw new OptionError(instead(option, address, scheme), { option, value: null });
  }
  const [bucket, ...names] = address.slice(scheme.length + 3).split("/").filter((name) => name !== "");
  if (bucket === undefined || !/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket)) {
    throw new OptionError(
      `${option} names no bucket: write s3://bucket/folder, with a name of letters, digits, dots and hyphens.`,
      { option, value: null },
    );
  }
  return ["s3:/", bucket, ...names].join("/");
}

/** The parts of an address that is in order. */
export function locationOf(address: string): Location {
  const [bucket, ...names] = address.slice("s3://".length).split("/");
  return { bucket, key: names.join("/") };
}

/** What to write in place of an address that is not of S3. */
function instead(option: string, address: string, scheme: string): string {
  const place = address.replace(/^[^:]*:\/*/, "").replace(/[?#].*$/, "").replace(/^[^/@]*@/, "");
  if (scheme === "gs" || scheme === "gcs") {
    return `${option} is in Google Cloud Storage, which is read through the interface that it has in common with S3: write ` +
      `s3://${place}, with \`storageOptions: { endpoint: "https://storage.googleapis.com", accessKeyId, secretAccessKey }\` ` +
      "and an HMAC key of a service account (in a shell: AWS_ENDPOINT_URL and the other variables of AWS).";
  }
  if (scheme.startsWith("http")) {
    return `${option} is a web address, but must be a folder or s3://bucket/folder: an address of a store is passed as ` +
      "`storageOptions: { endpoint }`.";
  }
  return `${option} is in Azure Storage, which does not speak S3: copy it (\`azcopy copy\`) or mount it (\`blobfuse2 mount\`) and ` +
    "pass the folder, or pass s3://… with the `endpoint` of a gateway that speaks S3.";
}
