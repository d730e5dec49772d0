"""Makes the Flask application."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask

from pipeline.forms.load import default_catalogue
from pipeline.records.intake import Reader
from pipeline.records.reader import default_reader
from pipeline.records.store import open_records
from pipeline.settings import Settings, load_settings
from webui import errors, language, people, pictures_view, sheet_list, sheet_view, upload
from webui.guard import guard
from webui.pictures import Pictures
from webui.secret import secret_key
from webui.state import KEY, Desk, limits_of

#: Fields of a form, besides files: a page has some dozens.
MAX_FORM_PARTS = 2_000


def create_app(config: Settings | None = None, *, reader: Reader | None = None) -> Flask:
    """The desk for these settings; the reader can be another one in tests."""
    settings = config or load_settings()
    catalogue = default_catalogue()
    records = open_records(settings.data, settings.database_url)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secret_key(settings.data),
        SESSION_COOKIE_NAME="cermat",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
        MAX_FORM_PARTS=max(MAX_FORM_PARTS, 2 * settings.max_files_per_upload),
    )
    app.extensions[KEY] = Desk(
        settings=settings,
        records=records,
        reader=reader or default_reader(limits_of(settings), settings.max_wrong_rate),
        catalogue=catalogue,
        pictures=Pictures(settings.data.resolve() / "cache", records.photos, catalogue),
        executor=ThreadPoolExecutor(settings.readers, thread_name_prefix="read"),
    )
    guard(app)
    language.speak(app)
    errors.register(app)
    for view in (sheet_list, sheet_view, upload, pictures_view, people):
        app.register_blueprint(view.blueprint)
    return app
