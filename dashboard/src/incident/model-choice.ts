/** What a language model chose among the repairs that rules found. */

import type { ModelClaim } from "./events";

/** A repair that the rules found, as a model was offered it. */
export interface OfferedOption {
  step: string;
  summary: string;
  risk: string;
  is_undoable: boolean;
}

/** Why a plan is another one than the rules would have made: a model chose it among their options. */
export interface ChosenByModel {
  model: string;
  reason: string;
  claims: ModelClaim[];
  filled: { name: string; value: string | number; by_rules: string | number }[];
  instead_of: OfferedOption;
}

/** What a language model chose among the rules' repairs; the first option is what the rules would do. */
export interface ModelChoice {
  model: string;
  options: OfferedOption[];
  step: string;
  chosen: ChosenByModel | null;
  struck_count: number;
  note: string;
}
