// A labelled choice from a list, by the browser's own control: keyboard and screen reader work by themselves.
import { type ReactNode, useId } from "react";
import styles from "./select.module.css";

interface SelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
}

export function Select({ label, value, onChange, options }: SelectProps): ReactNode {
  const id = useId();
  return (
    <div className={styles.select}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
