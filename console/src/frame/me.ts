import { createContext, useContext } from 'react';
import type { MeModel } from '../api/types';

export const MeContext = createContext<MeModel | null>(null);

/** Who is looking and what they may do; null while it is not known. */
export function useMe(): MeModel | null {
  return useContext(MeContext);
}
