import "./settings.css";
import { useEffect } from "react";
import { useLocation } from "react-router";
import { useMay, useMe } from "../app/session";
import { useTitle } from "../design/title";
import { Password } from "./password";
import { Tokens } from "./tokens";
import { Users } from "./users";

/** Your own account; for administrators, people and programs. */
export function SettingsPage() {
  useTitle("Settings");
  const me = useMe();
  const isAdmin = useMay("admin");
  const { hash } = useLocation();
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [hash]);
  return (
    <main className="page">
      <header className="page-head">
        <div>
          <h1>Settings</h1>
          <p>
            Signed in as {me.name}, with the role {me.role}
          </p>
        </div>
      </header>
      {isAdmin ? (
        <>
          <Users />
          <Tokens />
        </>
      ) : (
        <p className="note">People and tokens are looked after by those with the role admin.</p>
      )}
      <Password />
    </main>
  );
}
