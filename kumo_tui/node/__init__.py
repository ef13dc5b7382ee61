"""ONE KUMOD: wire types, client, metrics reader, capability probe. The only room that imports httpx."""

import sys

# httpx imports its own command line where it can, and pygments with it: a tenth of the time that a start takes. It
# goes without where that module is missing.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None is how Python marks what is missing
