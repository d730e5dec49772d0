"""What a user can set: environment variables ``CERMAT_*`` and a TOML file, environment first.

The reading core never imports this: whoever calls it passes limits on as plain arguments.
Every setting is described in docs/settings.md; a test holds that.
"""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.errors import CermatError

PREFIX = "CERMAT_"
#: Names the TOML file; it is no setting itself.
FILE_VARIABLE = "CERMAT_CONFIG"
#: The file that is read where ``CERMAT_CONFIG`` is not set and this lies in the working folder.
DEFAULT_FILE = Path("cermat.toml")
#: Variables of that prefix that are not for the product.
TEST_PREFIX = "CERMAT_TEST_"


class SettingsError(CermatError):
    """A setting that does not exist or whose value cannot be; the message names it."""

    code: ClassVar[str] = "bad_setting"
    exit_status: ClassVar[int] = 2


class Settings(BaseSettings):
    """All settings, checked and frozen."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data: Path = Field(
        default=Path("cermat-data"),
        description="folder for photos, the SQLite database, the secret key and cached pictures",
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of the database; empty means SQLite in the data folder",
    )
    language: Literal["id", "en"] = Field(
        default="id", description="language of the desk before somebody chooses another"
    )
    host: str = Field(default="127.0.0.1", description="address that the desk listens on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8000, description="port that the desk listens on; 0 takes any free one"
    )
    threads: Annotated[int, Field(ge=1, le=64)] = Field(
        default=4, description="requests that the desk answers at the same time"
    )
    readers: Annotated[int, Field(ge=1, le=64)] = Field(
        default=2, description="photos that are read at the same time"
    )
    https: bool = Field(
        default=False,
        description="the desk is reached by HTTPS only: cookies are then never sent without it",
    )
    session_hours: Annotated[int, Field(ge=1, le=24 * 30)] = Field(
        default=12, description="hours after which the desk forgets who sits there"
    )
    max_file_bytes: Annotated[int, Field(ge=1_000)] = Field(
        default=50_000_000, description="largest photo file that is taken, in bytes"
    )
    max_pixels: Annotated[int, Field(ge=10_000)] = Field(
        default=100_000_000,
        description="most pixels a photo may have by its header, checked before decoding",
    )
    max_files_per_upload: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=50, description="most photos that can be sent at once"
    )
    max_upload_bytes: Annotated[int, Field(ge=1_000)] = Field(
        default=300_000_000, description="most that can be sent at once, all photos together"
    )
    max_wrong_rate: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.001,
        description="most wrong numbers that may be among those accepted without a person",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code first, then the environment, then the file."""
        file = config_file()
        if file is None:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def config_file() -> Path | None:
    """The TOML file that applies, or None.

    Raises:
        SettingsError: when ``CERMAT_CONFIG`` names a file that is not there.
    """
    named = os.environ.get(FILE_VARIABLE)
    if named is None:
        return DEFAULT_FILE if DEFAULT_FILE.is_file() else None
    if not Path(named).is_file():
        raise SettingsError(
            message_id=f"{FILE_VARIABLE} menunjuk {named}, tetapi berkas itu tidak ada.",
            message_en=f"{FILE_VARIABLE} names {named}, but there is no such file.",
        )
    return Path(named)


def load_settings(**given: object) -> Settings:
    """Read the settings; ``given`` goes before environment and file (None means not given).

    Raises:
        SettingsError: naming the setting and what is wrong with it.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            message_id=f"Setelan {name} salah: {first['msg']}. Lihat docs/settings.md.",
            message_en=f"Setting {name} is wrong: {first['msg']}. See docs/settings.md.",
        ) from error
    except ValueError as error:  # a TOML file that is none
        raise SettingsError(
            message_id=f"Berkas setelan tidak dapat dibaca: {error}",
            message_en=f"The settings file cannot be read: {error}",
        ) from error


def _refuse_unknown_variables() -> None:
    """A misspelt variable would be ignored in silence otherwise."""
    known = [PREFIX + name.upper() for name in Settings.model_fields] + [FILE_VARIABLE]
    for variable in sorted(os.environ):
        name = variable.upper()
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX) or name in known:
            continue
        near = get_close_matches(name, known, n=1)
        raise SettingsError(
            message_id=f"Tidak ada setelan {variable}."
            + (f" Maksudnya {near[0]}?" if near else " Lihat docs/settings.md."),
            message_en=f"There is no setting {variable}."
            + (f" Did you mean {near[0]}?" if near else " See docs/settings.md."),
        )
