"""The native part of `ndr`. Import from `ndr` itself."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from email.message import Message
from typing import Any, Literal, Protocol, SupportsIndex, final, overload

from typing_extensions import Self

from ._literals import Action, Actor, Basis, Category, Certainty, Kind, Party, Provider, Retry, Slug, Suppress, Trust

__version__: str

class _Stream(Protocol):
    """A table or a column of any Arrow library (the PyCapsule interface)."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _Array(Protocol):
    """A column of any Arrow library (the PyCapsule interface)."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _Bar(Protocol):
    """A progress bar such as those of tqdm."""

    def update(self, n: int, /) -> object: ...

_Bytes = bytes | bytearray | memoryview
_Path = str | os.PathLike[str] | os.PathLike[bytes]
_Message = _Bytes | Message[Any, Any]
_Progress = bool | _Bar | Callable[["Progress"], object]

class _Object:
    """What every object of a result can do. It is frozen; it can be compared, hashed, pickled and copied."""

    def to_json(self, *, pretty: bool = False) -> str:
        """The object as JSON; with `pretty` on several lines."""

    def to_dict(self) -> dict[str, Any]:
        """The object as plain dicts, lists, strings and numbers."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...

# ---- one message

@final
class Report(_Object):
    """A decoded message. `print` shows the answer for people; a notebook shows a card."""

    @property
    def source(self) -> str | None:
        """Where it came from: the path as it was given."""
    @property
    def kind(self) -> Kind:
        """What the message is."""
    @property
    def dialect(self) -> str | None:
        """What wrote the report, such as ``exchange-online`` or ``postfix``; None when unknown."""
    @property
    def generator(self) -> str | None:
        """The host that generated the report."""
    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """One item for each recipient that the report speaks of."""
    @property
    def original(self) -> Original:
        """What is known of the message that the report is about."""
    @property
    def notes(self) -> tuple[Note, ...]:
        """Oddities that were met, and reasons for verdicts."""
    @property
    def trace(self) -> Trace | None:
        """The way of the message that bounced; None where the report tells nothing of it."""
    def to_json(self, *, pretty: bool = False) -> str:
        """The result as JSON: the very bytes that ``ndr explain --format ndjson`` prints, and with `pretty` those of
        ``--format json``, both without the line end."""
    def _repr_html_(self) -> str:
        """The answer as a card, for notebooks."""

@final
class Recipient(_Object):
    """What a report says of one recipient, and what it means."""

    @property
    def address(self) -> str | None:
        """The address that failed."""
    @property
    def original_address(self) -> str | None:
        """What the sender typed, where it differs."""
    @property
    def action(self) -> Action | None:
        """What was done."""
    @property
    def status(self) -> str | None:
        """The most specific enhanced status code that the report states."""
    @property
    def reply(self) -> int | None:
        """The SMTP reply code that stands with the text, 200 to 599."""
    @property
    def text(self) -> str | None:
        """The server's own words, on one line."""
    @property
    def remote(self) -> str | None:
        """The server that said it; None when the generator itself did."""
    @property
    def command(self) -> str | None:
        """The SMTP command that it answered, where the report says so."""
    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Delivery attempts that the report lists, newest first."""
    @property
    def diagnosis(self) -> Diagnosis | None:
        """What it means; None when nothing fits."""
    @property
    def others(self) -> tuple[Slug, ...]:
        """Slugs of further candidates, best first."""

@final
class Attempt(_Object):
    """One delivery attempt that the report lists."""

    @property
    def time(self) -> str:
        """The time as written."""
    @property
    def server(self) -> str | None:
        """The server that was tried."""
    @property
    def text(self) -> str:
        """What it said."""

@final
class Diagnosis(_Object):
    """What a failure means, who must act, and what they do next."""

    @property
    def slug(self) -> Slug:
        """The permanent name of the entry. Entries of an overlay have names of their own, beyond `ndr.Slug`."""
    @property
    def provider(self) -> Provider:
        """Whose wording or code it is; ``generic`` for any server's, ``iana`` for the registry's."""
    @property
    def title(self) -> str:
        """What happened, in one line."""
    @property
    def category(self) -> Category:
        """What kind of failure it is."""
    @property
    def permanent(self) -> bool | None:
        """Whether it is permanent; None where nothing tells."""
    @property
    def act(self) -> tuple[Actor, ...]:
        """Who must act, in order."""
    @property
    def suppress(self) -> Suppress:
        """Is the address itself to be dropped from lists, going by this bounce?"""
    @property
    def retry(self) -> Retry:
        """Does sending again help?"""
    @property
    def about(self) -> Party | None:
        """About whom the refusal speaks; None where nothing tells."""
    @property
    def meaning(self) -> str:
        """What it means, with the caught values filled in."""
    @property
    def steps(self) -> Steps:
        """What to do next."""
    @property
    def links(self) -> tuple[str, ...]:
        """Pages that help."""
    @property
    def security(self) -> bool:
        """It may mean a compromised account or an attack."""
    @property
    def values(self) -> Mapping[str, str]:
        """What the server's words name, such as ``{"ip": "203.0.113.7"}``."""
    @property
    def basis(self) -> Basis:
        """Which evidence decided."""
    @property
    def certainty(self) -> Certainty:
        """How sure it is."""
    @property
    def evidence(self) -> Evidence | None:
        """The words that decided."""
    @property
    def origin(self) -> str | None:
        """The overlay file that the entry came from; None for the built-in catalogue."""

@final
class Steps(_Object):
    """What to do next, values filled in."""

    @property
    def sender(self) -> tuple[str, ...]:
        """For the person who sent the message."""
    @property
    def admin(self) -> tuple[str, ...]:
        """For an admin."""

@final
class Evidence(_Object):
    """The words that decided."""

    @property
    def phrase(self) -> str:
        """The words, white space joined."""
    @property
    def part(self) -> str:
        """The media type of the part they stand in; ``text`` for input without MIME."""
    @property
    def span(self) -> tuple[int, int] | None:
        """Byte offsets, start and end, in the decoded text of that part."""

@final
class Original(_Object):
    """What is known of the message that the report is about. ``getattr(original, "from")`` works too."""

    @property
    def message_id(self) -> str | None:
        """Its Message-ID, without angle brackets."""
    @property
    def from_(self) -> str | None:
        """Its From header, decoded."""
    @property
    def to(self) -> str | None:
        """Its To header, decoded."""
    @property
    def subject(self) -> str | None:
        """Its subject, decoded."""
    @property
    def date(self) -> str | None:
        """Its date as written."""

@final
class Note(_Object):
    """An oddity, or the reason for a verdict."""

    @property
    def code(self) -> str:
        """A permanent name."""
    @property
    def text(self) -> str:
        """The note in words, which may change."""

@final
class Trace(_Object):
    """What the header of a message tells; false where that is nothing. `print` shows it for people; a notebook shows a
    card. Values are those of the JSON: mappings, tuples, strings and numbers that nobody can change."""

    @property
    def source(self) -> str | None:
        """Whose header was read: ``message``, ``returned`` or ``quoted``."""
    @property
    def message(self) -> Mapping[str, Any]:
        """Who the message says it is from, and how it is called."""
    @property
    def path(self) -> Mapping[str, Any]:
        """The hops."""
    @property
    def chain(self) -> Mapping[str, Any]:
        """The machines that it passed, and where it ended."""
    @property
    def authentication(self) -> Mapping[str, Any] | None:
        """What servers found when they checked the sender."""
    @property
    def antispam(self) -> Mapping[str, Any]:
        """What filters wrote into the header."""
    @property
    def exchange_addresses(self) -> tuple[Mapping[str, Any], ...]:
        """Addresses that Exchange wrote in its own way."""
    @property
    def hints(self) -> tuple[Mapping[str, Any], ...]:
        """What the header suggests without proving it."""
    def __bool__(self, /) -> bool: ...
    def _repr_html_(self) -> str: ...

# ---- the catalogue

@final
class Catalog:
    """Every meaning of a bounce that ndr knows: an iterable of entries, a mapping by slug, and a table."""

    def decode(self, data: str | _Message | os.PathLike[str] | os.PathLike[bytes], /) -> Report:
        """Decodes one message: its bytes, a `str` that holds its text (never a path), the path of a file
        (`pathlib.Path` or any `os.PathLike`), or an `email.message.Message`.

        Raises `ndr.ReadError` where a file cannot be read, and `ndr.InputError` for anything else. A malformed
        message is no error: it gives a smaller report.
        """
    def headers(
        self, data: str | _Message | os.PathLike[str] | os.PathLike[bytes], /, *, domains: Sequence[str] = ..., outer: bool = False
    ) -> Trace:
        """What the header of a message tells: its way, who refused it, and what servers found when they checked the
        sender. Of a report it is the header of the message that bounced, unless `outer` asks for its own. With
        `domains`, the reader's own, it can say that a message is not theirs."""
    def explain(
        self,
        text: str,
        /,
        *,
        remote: str | None = None,
        command: str | None = None,
        recipient: str | None = None,
        sender: str | None = None,
    ) -> Report:
        """Decodes a text: a reply, a log line, a pasted report, a code.

        With what a client knows of one reply (the server that gave it, the SMTP command that it answers, the recipient,
        the envelope sender), the text is that reply."""
    def lookup(self, code: str, /) -> Entries:
        """The entries of a status code such as ``5.7.1``, an SMTP reply code or a slug; none if it is unknown."""
    def search(self, text: str, /, *, limit: int = 10) -> Entries:
        """Entries by words of their texts and titles, best first; typing errors are forgiven."""
    def filter(
        self, *, provider: Provider | None = None, category: Category | None = None, act: Actor | None = None
    ) -> Entries:
        """The entries of a provider, a category and an actor."""
    def scan(
        self,
        data: _Path | Iterable[_Path] | Iterable[_Message | tuple[str, _Message | None] | None] | _Stream | _Array,
        /,
        *,
        jobs: int | None = None,
        progress: _Progress | None = None,
        steps: bool = False,
        dictionaries: bool = True,
    ) -> Scan:
        """Decodes many messages while somebody takes them: a stream of Arrow record batches, one row for each
        recipient.

        `data` is a path or paths (files, directories, Maildir, mbox, archives, compressed files, ``-`` for standard
        input), messages of any iterable (alone, or in pairs with a name), or a column of an Arrow library, binary or
        string.

        `jobs` is the number of threads: all cores, unless given; the rows are the same for any. `progress` is True
        for a bar, a function of `ndr.Progress`, or a bar of tqdm, which counts messages. `steps` adds the columns
        ``meaning``, ``steps_sender`` and ``steps_admin``. `dictionaries` is False for a reader that knows no
        dictionary-encoded strings.
        """
    @property
    def entries(self) -> Entries:
        """Every entry."""
    @property
    def providers(self) -> Mapping[str, str]:
        """The names of the providers by their ids."""
    def __len__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Entry]: ...
    def __contains__(self, slug: str, /) -> bool: ...
    def __getitem__(self, slug: str, /) -> Entry: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Entries:
    """Some entries, in an order: a sequence, and a table."""

    def to_json(self, *, pretty: bool = False) -> str:
        """The entries as JSON: with `pretty`, the very bytes that ``ndr list --format json`` prints, without the
        line end."""
    def to_dicts(self) -> list[dict[str, Any]]:
        """The entries as a list of plain dicts."""
    def __len__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Entry]: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Entry: ...
    @overload
    def __getitem__(self, index: slice, /) -> Entries: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def _repr_html_(self) -> str: ...

@final
class Entry(_Object):
    """One meaning of a bounce. `print` shows it for people; a notebook shows a card."""

    @property
    def slug(self) -> Slug:
        """Its permanent name."""
    @property
    def provider(self) -> Provider:
        """Whose wording or code it is."""
    @property
    def title(self) -> str:
        """What happened, in one line."""
    @property
    def codes(self) -> tuple[str, ...]:
        """Status codes; a range is ``4.7.500-699``."""
    @property
    def replies(self) -> tuple[int, ...]:
        """SMTP reply codes that were seen with it."""
    @property
    def texts(self) -> tuple[str, ...]:
        """What servers say, with holes such as ``{ip}``."""
    @property
    def category(self) -> Category:
        """What kind of failure it is."""
    @property
    def permanent(self) -> bool | None:
        """Whether it is permanent; None where the code tells."""
    @property
    def act(self) -> tuple[Actor, ...]:
        """Who must act, in order."""
    @property
    def suppress(self) -> Suppress:
        """Is the address itself to be dropped from lists?"""
    @property
    def retry(self) -> Retry:
        """Does sending again help?"""
    @property
    def security(self) -> bool:
        """It may mean a compromised account or an attack."""
    @property
    def meaning(self) -> str:
        """What it means."""
    @property
    def steps(self) -> Steps:
        """What to do next."""
    @property
    def limits(self) -> tuple[Limit, ...]:
        """Numbers that may change."""
    @property
    def links(self) -> tuple[str, ...]:
        """Pages that help."""
    @property
    def examples(self) -> tuple[str, ...]:
        """Whole reply lines."""
    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the knowledge comes from."""
    @property
    def was(self) -> tuple[str, ...]:
        """Former slugs."""
    @property
    def origin(self) -> str | None:
        """The overlay file that it came from; None for the built-in catalogue."""
    def _repr_html_(self) -> str: ...

@final
class Limit(_Object):
    """A number that may change, such as a size or a quota."""

    @property
    def text(self) -> str:
        """The limit in words."""
    @property
    def as_of(self) -> str:
        """The day on which it was true."""

@final
class Source(_Object):
    """Where the knowledge of an entry comes from."""

    @property
    def name(self) -> str:
        """What it is called."""
    @property
    def url(self) -> str | None:
        """Where it is."""
    @property
    def checked(self) -> str:
        """The day on which somebody last compared the entry with it."""
    @property
    def trust(self) -> Trust:
        """How well it is known."""

CATALOG: Catalog
"""The built-in catalogue."""

def load_catalog(path: _Path, /, *more: _Path) -> Catalog:
    """The built-in catalogue with the overlays of these files, the later ones over the earlier.

    The functions of `ndr` keep to the built-in catalogue: decode with the methods of the one that is returned. Raises
    `ndr.CatalogError`, which names file, line and column of every mistake.
    """

# ---- many messages

@final
class Scan:
    """Many messages, decoded while somebody takes them: give it to a dataframe library.

    >>> polars.DataFrame(ndr.scan("bounces/"))                             # doctest: +SKIP
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class Progress:
    """How far a scan is."""

    @property
    def messages(self) -> int:
        """Messages so far, with those that could not be read."""
    @property
    def errors(self) -> int:
        """Messages that could not be read."""
    @property
    def bytes(self) -> int:
        """Bytes of the input so far, compressed as they are."""
    @property
    def bytes_total(self) -> int | None:
        """Bytes of the whole input, once they are known."""
    @property
    def finished(self) -> bool:
        """Whether this is the last call."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class Table:
    """A small table: any Arrow library takes it, and by itself it is a sequence of dicts."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as a list of plain dicts."""
    def to_json(self, *, pretty: bool = False) -> str:
        """The rows as JSON; with `pretty` on several lines."""
    def __len__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[dict[str, Any]]: ...
    def __getitem__(self, index: SupportsIndex, /) -> dict[str, Any]: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def _repr_html_(self) -> str: ...

@final
class Summary:
    """What many bounces come down to. `print` shows it for people; a notebook shows its largest incidents."""

    @property
    def messages(self) -> int:
        """Messages, with those that could not be read."""
    @property
    def errors(self) -> int:
        """Messages that could not be read."""
    @property
    def skipped(self) -> int:
        """What was not opened on purpose, such as a device."""
    @property
    def incidents(self) -> Table:
        """Failures by root cause, the largest first: one blocked IP behind thousands of bounces is one row."""
    @property
    def kinds(self) -> Table:
        """Messages by what they are: ``name`` and ``count``."""
    @property
    def categories(self) -> Table:
        """Failures by category: ``name`` and ``count``."""
    @property
    def acts(self) -> Table:
        """Failures by who must act first: ``name`` and ``count``."""
    @property
    def domains(self) -> Table:
        """Failures by the domain of the recipient: ``name`` and ``count``."""
    @property
    def days(self) -> Table:
        """Messages by day: ``day``, ``failures``, ``delays``, ``others``."""
    def suppress(self, *, repeats: int = 3) -> Table:
        """Addresses to drop from lists: those that are gone, and those that failed at least `repeats` times for a
        reason that counts when it repeats, such as a full mailbox. The sender's own trouble never counts, and copies
        of one bounce count once. ``source`` is the message that decided. A table must have the columns ``suppress``
        and ``retry``."""
    def retry(self, *, repeats: int = 3) -> Table:
        """Addresses to send to again, without those to drop: at once where ``retry`` is ``as-is``, else once those in
        ``act`` have put the cause right."""
    def to_json(self, *, pretty: bool = False) -> str:
        """The summary as JSON: as ``ndr summary --format json`` prints it, if `pretty`."""
    def to_dict(self) -> dict[str, Any]:
        """The summary as plain dicts, lists, strings and numbers."""
    def _repr_html_(self) -> str: ...

def summary(data: Scan | _Stream | _Array, /, *, catalog: Catalog | None = None) -> Summary:
    """What the messages of a scan come down to, or the rows of a table that a scan gave, filtered or not.

    A table needs the columns ``kind`` and ``slug``; every other that is missing makes the summary poorer. `catalog` is
    the one that the table was made with, if it was not the built-in one.
    """
