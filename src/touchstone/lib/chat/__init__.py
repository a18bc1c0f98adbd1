"""Asking a chat model over the protocol that OpenAI made common: `POST /chat/completions`.

httpx and no vendor's library: it is one request, every way in which it can fail has to be told
apart here anyway, and retries, deadlines and pace must be ours to test.
"""

from touchstone.lib.chat.client import Chat, Connection
from touchstone.lib.chat.tries import Ending, Try

__all__ = ["Chat", "Connection", "Ending", "Try"]
