/** A store that is never contacted, for what has to be given one. */
import { openStore } from "../../../store/connection/connection.js";

export const nowhere = openStore({
  endpoint: "http://127.0.0.1:9",
  bucket: "none",
  region: "us-east-1",
  credentials: { accessKey: "none", secretKey: "none" },
  pathStyle: true,
});
