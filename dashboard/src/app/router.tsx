import { Navigate, Outlet, Route, Routes, useLocation } from "react-router";
import { AskPage } from "../ask/page";
import { AuditPage } from "../audit/page";
import { BudgetsPage } from "../budgets/page";
import { ClusterPage } from "../cluster/page";
import { DecisionsPage } from "../decisions/page";
import { IncidentPage } from "../incident/page";
import { IncidentsPage } from "../incidents/page";
import { LadderPage } from "../ladder/page";
import { OverviewPage } from "../overview/page";
import { SettingsPage } from "../settings/page";
import { SignInPage } from "../signin/page";
import { Layout } from "./layout";
import { Lost } from "./lost";
import { useSession } from "./session";
import { Waiting } from "./waiting";

/** Every page there is, by its path. */
export function Pages() {
  return (
    <Routes>
      <Route path="/sign-in" element={<SignInPage />} />
      <Route element={<ForThoseSignedIn />}>
        <Route element={<Layout />}>
          <Route index element={<OverviewPage />} />
          <Route path="/incidents/:id" element={<IncidentPage />} />
          <Route path="/incidents" element={<IncidentsPage />} />
          <Route path="/clusters/:id" element={<ClusterPage />} />
          <Route path="/decisions" element={<DecisionsPage />} />
          <Route path="/budgets" element={<BudgetsPage />} />
          <Route path="/ladder" element={<LadderPage />} />
          <Route path="/ask" element={<AskPage />} />
          <Route path="/audit" element={<AuditPage />} />
          <Route path="/settings" element={<SettingsPage />} />
          <Route path="*" element={<Lost />} />
        </Route>
      </Route>
    </Routes>
  );
}

/** Send everyone else to the sign-in page, and from there back to where they were. */
function ForThoseSignedIn() {
  const { state } = useSession();
  const location = useLocation();
  if (state.is === "loading") return <Waiting />;
  if (state.is === "unreachable") return <Waiting problem={state.problem} />;
  if (state.is === "signed-out") {
    const from = `${location.pathname}${location.search}`;
    return <Navigate to="/sign-in" replace state={{ from, wasOver: state.wasOver }} />;
  }
  return <Outlet />;
}
