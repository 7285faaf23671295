// An error as the API says it: what it is, what was wrong, what to do.
import { type ApiError, apiErrors } from "@lepta/api";
import { Button } from "@mantine/core";
import styles from "./problem.module.css";

interface ProblemProps {
  error: ApiError;
  onRetry?: (() => void) | undefined;
}

/** Whether the same request may be answered another time: not where the request itself is wrong or forbidden. */
function mayPass({ status }: ApiError): boolean {
  return status === 0 || status === 404 || status === 429 || status >= 500;
}

export function ProblemNote({ error, onRetry }: ProblemProps) {
  const title = apiErrors[error.code];
  return (
    <div className={styles.note} role="alert">
      <p className={styles.title}>{title.charAt(0).toUpperCase() + title.slice(1)}</p>
      <p>{error.message}</p>
      {error.errors.length > 1 && (
        <ul>
          {error.errors.map((field) => (
            <li key={field.path + field.message}>
              <code>{field.path}</code> {field.message}
            </li>
          ))}
        </ul>
      )}
      <p className={styles.fix}>{error.fix}</p>
      <div className={styles.foot}>
        <code className="dim">{error.code}</code>
        {onRetry && mayPass(error) && (
          <Button variant="default" size="compact-sm" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
