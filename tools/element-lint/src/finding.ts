/** One thing that a rule found in an element. */
export interface Finding {
  /** Name of the rule; `# element-lint: disable=<rule>` in the file switches it off there. */
  readonly rule: string;
  /** Relative to the element's folder; '.' for the element as a whole. */
  readonly file: string;
  /** Counts from 1; undefined: the file as a whole. */
  readonly line: number | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  /** An error fails the lint; a warning is only shown. */
  readonly severity: 'error' | 'warning';
  /** True where `fixElement` can put it right without a choice to make. */
  readonly fixable: boolean;
}

/** What a rule says; the rest of the finding is filled in from the rule itself. */
export interface Remark {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
  readonly hint?: string;
  /** Where it differs from the rule's own. */
  readonly severity?: 'error' | 'warning';
  readonly fixable?: boolean;
}
