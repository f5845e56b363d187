import "./layout.css";
import "./narrow.css";
import { useEffect, useRef } from "react";
import { Outlet, useLocation } from "react-router";
import { FeedProvider } from "./feed";
import { HaltBand } from "./halt-band";
import { OfflineBand } from "./offline-band";
import { Rail } from "./rail";

/** The frame around every page: the rail, the band while writing is stopped, the page. */
export function Layout() {
  const content = useRef<HTMLDivElement>(null);
  const { pathname } = useLocation();
  const before = useRef(pathname);

  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    window.scrollTo(0, 0);
    content.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <FeedProvider>
      <div className="frame">
        <a className="skip" href="#content">
          Skip to the page
        </a>
        <Rail />
        <div className="beside">
          <div className="bands">
            <OfflineBand />
            <HaltBand />
          </div>
          <div id="content" ref={content} tabIndex={-1}>
            <Outlet />
          </div>
        </div>
      </div>
    </FeedProvider>
  );
}
