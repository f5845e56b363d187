"""What a browser is told where the war room was not built."""

UNBUILT = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="dark light" />
    <title>The war room is not built here</title>
  </head>
  <body>
    <main>
      <h1>The war room is not built here</h1>
      <p>The platform is up and works; only its pages are missing, because building them needs Node.</p>
      <ol>
        <li>Install Node 20.19 or newer, or run <code>make node</code>, which fetches one for this folder alone.</li>
        <li>Run <code>make dashboard</code>.</li>
        <li>Load this page again; nothing has to be restarted.</li>
      </ol>
      <p>Until then: <code>sre-agent incidents</code>, <code>sre-agent watch</code> and
        <code>sre-agent approve</code> do the same from a terminal.</p>
    </main>
  </body>
</html>
"""
