// POST /v1/uploads: a file's bytes go to the disk as they come; nothing is opened.
import { join } from "node:path";
import { ApiError } from "@lepta/api";
import { uploadsIn } from "../../files/uploads.ts";
import { essenceOf } from "../body.ts";
import { endpoint } from "../endpoint.ts";

export const uploadFile = endpoint("uploadFile", ({ server, principal, exchange: { request } }) => {
  const { "content-type": type, "content-encoding": encoding, "content-length": length } = request.headers;
  if (essenceOf(type) !== "application/octet-stream" || (encoding !== undefined && encoding !== "identity")) {
    throw new ApiError("unsupported-media-type", `the body is declared as ${encoding ?? ""} ${type ?? "nothing"}`, {
      fix: "Send the file's bytes as they are, with the header Content-Type: application/octet-stream.",
    });
  }
  const { uploadBytes } = server.limits;
  if (Number(length ?? 0) > uploadBytes) {
    throw new ApiError("body-too-large", `the file is larger than ${uploadBytes} bytes`, {
      fix: "Compress the model, or raise the server's limit of uploads.",
    });
  }
  return uploadsIn(join(server.store.dir, "uploads", principal.organisationId)).put(request, uploadBytes);
});
