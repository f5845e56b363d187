/** Dark, light, or as the system has it; remembered in this browser. */

import { useEffect, useState } from "react";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "theme";
const PREFERS_LIGHT = "(prefers-color-scheme: light)";

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(remembered);
  useEffect(() => {
    const system = matchMedia(PREFERS_LIGHT);
    const show = () => {
      const shown = theme === "system" ? (system.matches ? "light" : "dark") : theme;
      document.documentElement.setAttribute("data-theme", shown);
    };
    show();
    system.addEventListener("change", show);
    return () => system.removeEventListener("change", show);
  }, [theme]);
  const choose = (next: Theme) => {
    remember(next);
    setTheme(next);
  };
  return [theme, choose];
}

function remembered(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === stored) ?? "system";
  } catch {
    return "system";
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser without storage forgets the choice with the page.
  }
}
