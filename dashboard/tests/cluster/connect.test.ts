// @vitest-environment jsdom
import { expect, test } from "vitest";
import { read } from "../../src/cluster/connect";
import { alertmanagerSnippet } from "../../src/cluster/connected";

test("only systems in use are connected, and writing only with a token for it", () => {
  const form = new FormData();
  form.set("id", " east ");
  form.set("kubernetes.url", "https://mcp.example.org/k8s");
  form.set("kubernetes.read_token", "reads");
  form.set("kubernetes.write_token", "");
  form.set("loki.url", "https://left.example.org");

  expect(read(form, ["kubernetes"])).toEqual({
    id: "east",
    endpoints: { kubernetes: { url: "https://mcp.example.org/k8s", read_token: "reads" } },
  });
});

test("the snippet for Alertmanager holds the address and the token", () => {
  const snippet = alertmanagerSnippet("https://war.example.org/webhook/alert", "whk_1");

  expect(snippet).toContain("- url: https://war.example.org/webhook/alert\n");
  expect(snippet).toContain("credentials: whk_1\n");
});
