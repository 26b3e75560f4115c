"""Receiving what a form sends: files go to disk as they come, each no further than one may be large."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Flask, Request, request
from flask_login import current_user

from dashboard.domain.intake import readers

MEGABYTE = 1024 * 1024
MOST_AT_ONCE = 512 * MEGABYTE
"""What one upload may carry altogether; any other form carries no more than the application's MAX_CONTENT_LENGTH."""

_IN_MEMORY = 512 * 1024


class CutOff(SpooledTemporaryFile[bytes]):
    """A file as it comes in; what goes beyond one byte more than a file may have is let go, so that it is refused."""

    def write(self, data: Any) -> int:
        room = max(0, readers.MAX_BYTES + 1 - self.tell())
        super().write(data[:room])
        return len(data)


class StreamedRequest(Request):
    """A request whose files are cut off one by one: the others in the same form are not affected."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return cast(IO[bytes], CutOff(max_size=_IN_MEMORY))


def init_app(app: Flask) -> None:
    """To be called before anything that looks at a form: the limit holds when the form is first read."""
    app.request_class = StreamedRequest
    app.before_request(_allow_many_files)


def _allow_many_files() -> None:
    """Only files are written to disk; the fields of another kind of form are read into memory as a whole."""
    is_upload = request.endpoint == "upload.submitted" and request.mimetype == "multipart/form-data"
    if is_upload and current_user.is_authenticated:
        request.max_content_length = MOST_AT_ONCE
