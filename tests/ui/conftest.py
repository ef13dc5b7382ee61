"""One environment for all UI tests, set before Textual is imported: it reads its constants at import."""

import os

for _name in [name for name in os.environ if name.startswith("TEXTUAL")]:
    del os.environ[_name]
for _name in ("NO_COLOR", "COLORTERM", "TZ", "LANG", "LC_ALL", "TERM_PROGRAM"):
    os.environ.pop(_name, None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
