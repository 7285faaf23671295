// The entry `lepta/client`: asking alone. It loads neither the engine nor DuckDB, and runs in browsers; `@lepta/api` has
// the same for a package that shall not even install them.
export { type ApiClient, ApiError, type Connection, createClient } from "@lepta/api";
