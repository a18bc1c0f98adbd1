"""Every environment variable that the code reads is documented."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
READ = re.compile(r"(?:environ[\[.(]|getenv\(|\w+\()[a-z(]*\"([A-Z][A-Z_]{3,})\"")
# Not ours: Django's own, and what we hand to a child.
OTHERS = {
    "CONTENT_LENGTH",
    "DJANGO_SETTINGS_MODULE",
    "LD_LIBRARY_PATH",
    "PATH",
    "TMPDIR",
    "PGPASSWORD",
}


def test_every_variable_is_in_the_reference_and_the_sample():
    read = {
        name
        for folder in ("config", "ops")
        for path in (ROOT / "src" / "touchstone" / folder).rglob("*.py")
        for name in READ.findall(path.read_text(encoding="utf-8"))
    } - OTHERS
    assert "DATABASE_URL" in read
    for document in ("docs/reference/settings.md", ".env.sample"):
        text = (ROOT / document).read_text(encoding="utf-8")
        assert not {name for name in read if name not in text}, document
