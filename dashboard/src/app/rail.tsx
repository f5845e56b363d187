import {
  Gauge,
  Gavel,
  LayoutDashboard,
  MessageCircleQuestion,
  ScrollText,
  Settings,
  Siren,
  TrendingUp,
} from "lucide-react";
import type { ReactNode } from "react";
import { Link, NavLink } from "react-router";
import { useOpenDecisions } from "../decisions/data";
import { Pulse } from "../design/pulse";
import { ConnectionDot } from "./connection";
import { EmergencyStop } from "./emergency";
import { Person } from "./person";

/** Where one can go, who one is, and the emergency stop; on narrow screens above and below the page. */
export function Rail() {
  return (
    <>
      <header className="rail-top">
        <Link to="/" className="brand" aria-label="War room, overview">
          <Pulse />
        </Link>
      </header>
      <nav className="rail-nav" aria-label="Pages">
        <Place to="/" icon={<LayoutDashboard />} name="Overview" />
        <Place to="/incidents" icon={<Siren />} name="Incidents" />
        <Place to="/decisions" icon={<Gavel />} name="Decisions" count={<WaitingCount />} />
        <Place to="/budgets" icon={<Gauge />} name="Budgets" />
        <Place to="/ladder" icon={<TrendingUp />} name="Ladder" />
        <Place to="/ask" icon={<MessageCircleQuestion />} name="Ask" />
        <Place to="/audit" icon={<ScrollText />} name="Audit" />
        <Place to="/settings" icon={<Settings />} name="Settings" />
      </nav>
      <div className="rail-foot">
        <ConnectionDot />
        <Person />
        <EmergencyStop />
      </div>
    </>
  );
}

interface PlaceProps {
  to: string;
  icon: ReactNode;
  name: string;
  count?: ReactNode;
}

function Place({ to, icon, name, count }: PlaceProps) {
  return (
    <NavLink to={to} end={to === "/"} className="place">
      <span className="icon" aria-hidden="true">
        {icon}
      </span>
      <span className="name">{name}</span>
      {count}
    </NavLink>
  );
}

function WaitingCount() {
  const count = useOpenDecisions().data?.length ?? 0;
  if (count === 0) return null;
  return (
    <span className="count">
      {count}
      <span className="unseen"> waiting</span>
    </span>
  );
}
