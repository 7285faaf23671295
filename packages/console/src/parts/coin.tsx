// The mark: a coin with a lambda.

export function Coin({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="15" fill="#1f7f6f" />
      <circle cx="16" cy="16" r="12" fill="none" stroke="#a8d6ca" strokeWidth="1" strokeDasharray="1 2" />
      <path d="M11.2 8.6h2.9l7 14.6h-3.2l-3-6.6-2.9 6.6H9l4.5-9.6-1-2.4h-1.3z" fill="#fff" />
    </svg>
  );
}
